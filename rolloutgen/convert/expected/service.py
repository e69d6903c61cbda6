"""The traffic Service becomes two: the one that serves the public, and a plain ClusterIP one for the new version.

A DestinationRule on the traffic Service follows its name; a twin keeps the traffic policy for the canary.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.convert.expected.target import Target
from rolloutgen.kube.tree import as_map, dig, drop, put
from rolloutgen.model import Manifest

STABLE_RULE = "stable-service"
CANARY_RULE = "canary-service"

# What only one Service can have, or what the API server refuses in a ClusterIP Service; without a type it is one.
_SINGLE = frozenset(
    {
        "type",
        "clusterIP",
        "clusterIPs",
        "loadBalancerIP",
        "loadBalancerClass",
        "loadBalancerSourceRanges",
        "externalIPs",
        "externalTrafficPolicy",
        "healthCheckNodePort",
        "allocateLoadBalancerNodePorts",
    }
)
_EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/"


def stable_service(service: Manifest, name: str) -> Manifest:
    """`service` under the name of the stable (active) one; `service` itself where it keeps its name."""
    return service if name == service.ref.name else _renamed(service, service.body, name)


def canary_service(service: Manifest, name: str) -> Manifest:
    """The Service for the new version: ports, labels and selector of `service`, reachable inside the cluster only."""
    spec = {key: value for key, value in as_map(service.body.get("spec")).items() if key not in _SINGLE}
    if isinstance(spec.get("ports"), list):
        spec["ports"] = [drop(port, ("nodePort",)) for port in spec["ports"]]
    return _renamed(service, _without_public_names({**service.body, "spec": spec}), name)


def _without_public_names(body: Mapping[str, Any]) -> Mapping[str, Any]:
    path = ("metadata", "annotations")
    annotations = as_map(dig(body, *path))
    kept = {key: value for key, value in annotations.items() if not key.startswith(_EXTERNAL_DNS)}
    if len(kept) == len(annotations):
        return body
    changed: Mapping[str, Any] = put(body, path, kept) if kept else drop(body, path)
    return changed


def _renamed(service: Manifest, body: Mapping[str, Any], name: str) -> Manifest:
    return service._replace(ref=service.ref._replace(name=name), body=put(body, ("metadata", "name"), name))


DESTINATION_RULE = "destination-rule"
HOST = ("spec", "host")
_KIND = ("networking.istio.io", "DestinationRule")


def is_destination_rule(manifest: Manifest, target: Target) -> bool:
    """Whether `manifest` is a DestinationRule for the target's Service."""
    return (manifest.ref.group, manifest.ref.kind) == _KIND and any(target.named_by(manifest))


def destination_rules(manifest: Manifest, target: Target) -> tuple[Manifest, ...]:
    """The rule for the stable Service (`manifest` itself where the name stays), and the canary's when it is routed."""
    found = next(target.named_by(manifest))
    stable = manifest
    if target.renamed:
        stable = manifest._replace(body=put(manifest.body, HOST, found.renamed(target.stable)))
    if not target.routed:
        return (stable,)
    name = f"{manifest.ref.name}-canary"
    body = put(put(manifest.body, HOST, found.renamed(target.canary)), ("metadata", "name"), name)
    return stable, manifest._replace(ref=manifest.ref._replace(name=name), body=body)
