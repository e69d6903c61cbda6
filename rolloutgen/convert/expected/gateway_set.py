"""The objects that make one audience's hosts reachable: Gateway, Certificate a host, DNSEndpoint.

Which hosts each audience has: the `rollout.hosts` block, or what an existing VirtualService says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rolloutgen.convert.expected.target import Patched, Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.naming import certificate_name, preview_host
from rolloutgen.kube.tree import as_list, as_map, dig, put
from rolloutgen.model import Json, Manifest, Path, Ref

RULE = "gateway-set"
GATEWAY_API = "networking.istio.io/v1"
CERTIFICATE_API = "cert-manager.io/v1"
DNS_API = "externaldns.k8s.io/v1alpha1"

_IPV4 = re.compile(r"[0-9.]+\Z")


def is_gateway(manifest: Manifest) -> bool:
    """Whether `manifest` is an Istio Gateway of any version."""
    return manifest.ref.kind == "Gateway" and manifest.ref.group == "networking.istio.io"


def generated(target: Target, ref: Ref, spec: Mapping[str, Any]) -> Manifest:
    """A new object `ref` with the labels of the target's Service."""
    labels = as_map(dig(target.service.body if target.service else {}, "metadata", "labels"))
    metadata: dict[str, Any] = {"name": ref.name}
    if ref.namespace:
        metadata["namespace"] = ref.namespace
    if labels:
        # A custom resource refuses a null; in the Service it is "" to the API server.
        metadata["labels"] = {key: "" if value is None else value for key, value in labels.items()}
    body = {"apiVersion": ref.api_version, "kind": ref.kind, "metadata": metadata, "spec": dict(spec)}
    return Manifest(ref, body)


def gateway_set(target: Target, name: str, hosts: Sequence[str]) -> tuple[tuple[Manifest, str], ...]:
    """Gateway and DNSEndpoint `name` and a Certificate for each of `hosts`, each with its rule; nothing without hosts.

    Raises ChartRefused ("incomplete-gateway-set") when values that they need are missing.
    """
    if not hosts:
        return ()
    gateway = as_map(target.block.get("gateway"))
    issuer = as_map(dig(target.block, "certificate", "issuer"))
    targets = as_list(dig(target.block, "dns", "targets"))
    wanted = {
        "gateway.selector": gateway.get("selector"),
        "gateway.namespace": gateway.get("namespace"),
        "certificate.issuer.name": issuer.get("name"),
        "dns.targets": targets,
    }
    missing = [key for key, value in wanted.items() if not value]
    if missing:
        why = f"hosts {', '.join(hosts)} need {', '.join(f'rollout.{key}' for key in missing)}"
        raise ChartRefused.of_object(
            "incomplete-gateway-set", target.workload, why, "set these values, or the audience's hosts to []"
        )
    beside = target.service.ref.namespace if target.service else ""
    gateway_ref, dns_ref = Ref(GATEWAY_API, "Gateway", beside, name), Ref(DNS_API, "DNSEndpoint", beside, name)
    made = (
        generated(target, gateway_ref, _gateway(target, hosts, gateway["selector"])),
        *(_certificate(target, host, issuer, gateway["namespace"]) for host in hosts),
        generated(target, dns_ref, {"endpoints": _endpoints(target, hosts, targets)}),
    )
    return tuple((manifest, RULE) for manifest in made)


def _gateway(target: Target, hosts: Sequence[str], selector: Json) -> dict[str, Any]:
    plain = {
        "hosts": list(hosts),
        "port": {"name": "http", "number": 80, "protocol": "HTTP"},
        "tls": {"httpsRedirect": True},
    }
    secure = [
        {
            "hosts": [host],
            "port": {"name": f"https-{index}", "number": 443, "protocol": "HTTPS"},
            "tls": {"mode": "SIMPLE", "credentialName": certificate_name(target.release.namespace, host)},
        }
        for index, host in enumerate(hosts)
    ]
    return {"selector": selector, "servers": [plain, *secure]}


def _certificate(target: Target, host: str, issuer: Mapping[str, Any], namespace: str) -> Manifest:
    name = certificate_name(target.release.namespace, host)
    given = {key: value for key, value in issuer.items() if value is not None}
    spec = {"secretName": name, "dnsNames": [host], "issuerRef": given}
    return generated(target, Ref(CERTIFICATE_API, "Certificate", namespace, name), spec)


def _endpoints(target: Target, hosts: Sequence[str], targets: Sequence[Json]) -> list[dict[str, Any]]:
    ttl = dig(target.block, "dns", "ttl")
    by_type = {kind: [to for to in targets if _record_type(to) == kind] for kind in ("A", "AAAA", "CNAME")}
    return [
        {
            "dnsName": host,
            **({} if ttl is None else {"recordTTL": ttl}),
            "recordType": kind,
            "targets": found,
        }
        for host in hosts
        for kind, found in by_type.items()
        if found
    ]


def _record_type(to: Json) -> str:
    if _IPV4.match(str(to)):
        return "A"
    return "AAAA" if ":" in str(to) else "CNAME"


HOSTS_RULE = "public-hosts"

Audience = Literal["public", "preview", "stable"]


def given_hosts(target: Target, audience: Audience) -> list[str] | None:
    """The hosts that values name for an audience; None where they name none and the chart's own expression holds.

    Workloads of a loop have none: one list would give the same hosts to each of them.
    """
    if target.decision.looped:
        return []
    hosts = dig(target.block, "hosts", audience)
    return [str(host) for host in hosts] if isinstance(hosts, list) else None


def derived_preview_hosts(body: Mapping[str, Any]) -> list[str]:
    """The preview hosts of a VirtualService's own public hosts; none where it only serves the mesh."""
    if all(gateway == "mesh" for gateway in as_list(dig(body, "spec", "gateways"))):
        return []
    return [preview_host(host) for host in as_list(dig(body, "spec", "hosts")) if _is_public(host)]


def replace_hosts(body: Mapping[str, Any], hosts: Sequence[str]) -> Patched:
    """A VirtualService's `body` with `hosts` as its own."""
    path = ("spec", "hosts")
    return (body, ()) if dig(body, *path) == list(hosts) else (put(body, path, list(hosts)), ((path, HOSTS_RULE),))


def replace_server_hosts(body: Mapping[str, Any], hosts: Sequence[str]) -> Patched:
    """A Gateway's `body` with `hosts` on each of its servers."""
    edits: list[tuple[Path, str]] = []
    changed: Any = body
    for index, server in enumerate(as_list(dig(body, "spec", "servers"))):
        path = ("spec", "servers", index, "hosts")
        if dig(server, "hosts") != list(hosts):
            changed = put(changed, path, list(hosts))
            edits.append((path, HOSTS_RULE))
    return changed, tuple(edits)


def _is_public(host: object) -> bool:
    return isinstance(host, str) and "." in host and "*" not in host and not _in_cluster(host)


def _in_cluster(host: str) -> bool:
    return host.endswith((".svc", ".local")) or ".svc." in host
