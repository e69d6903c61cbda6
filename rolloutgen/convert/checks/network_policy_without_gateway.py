"""A NetworkPolicy lets nobody from the ingress gateway reach the pods.

Why: The hosts of the new gateway set come through the pods of the ingress gateway, in another namespace. Where the
    policy does not admit them, these hosts time out.
Fix: Admit the gateway's namespace: a peer with namespaceSelector kubernetes.io/metadata.name.
Source: NetworkPolicies admit what some rule names, once one of them selects a pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.convert.expected.target import Target
from rolloutgen.kube.pods import pod_labels
from rolloutgen.kube.release import ISTIO_GATEWAY
from rolloutgen.kube.selectors import selects
from rolloutgen.kube.tree import listing, mapping, rows
from rolloutgen.model import Manifest, Observation


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        gateway = str(mapping(target.block, "gateway").get("namespace") or "")
        if not target.routed or not gateway or not _has_new_gateway(pair, target):
            continue
        labels = pod_labels(target.workload) or {}
        policies = [
            manifest
            for manifest in pair.after.objects
            if manifest.ref.kind == "NetworkPolicy"
            and manifest.ref.group == "networking.k8s.io"
            and pair.view.namespace(manifest) == target.namespace
            and selects(mapping(manifest.body, "spec", "podSelector"), labels)
            and "Ingress" in (listing(manifest.body, "spec", "policyTypes") or ["Ingress"])
        ]
        if policies and gateway != target.namespace and not any(_admits(policy, gateway) for policy in policies):
            message = f"no rule admits namespace {gateway}: the hosts of the gateway set will not reach the pods"
            yield Observation(policies[0], ("spec", "ingress"), message)


def _has_new_gateway(pair: RenderPair, target: Target) -> bool:
    """Whether the conversion gives the workload its first way in through a Gateway."""
    if target.decision.virtual_service_sites:
        return False
    return any(pair.old(gateway) is None for gateway in pair.view.all(ISTIO_GATEWAY))


def _admits(policy: Manifest, namespace: str) -> bool:
    for _, rule in rows(policy.body, "spec", "ingress"):
        peers = [peer for _, peer in rows(rule, "from")]
        if not peers or any(_is(peer, namespace) for peer in peers):
            return True
    return False


def _is(peer: Mapping[str, Any], namespace: str) -> bool:
    if "ipBlock" in peer:
        return True  # which addresses the gateway has is not known
    selector = peer.get("namespaceSelector")
    if not isinstance(selector, Mapping):
        return False
    # Other labels of the namespace are not known: the policy gets the benefit of the doubt.
    wanted = mapping(selector, "matchLabels").get("kubernetes.io/metadata.name", namespace)
    return bool(wanted == namespace)


CHECK = Check(code="network-policy-without-gateway", severity="info", objects=_spots)
