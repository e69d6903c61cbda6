"""Traffic routing lacks the stable or the canary Service.

Why: The router splits traffic between two Services; only ping-pong and Istio's subsets do without naming them.
Fix: Set stableService and canaryService.
Source: argo-rollouts validation.go (requireCanaryStableServices); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries, routed_by, routing_of
from rolloutgen.kube.tree import dig, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_ALWAYS = ("smi", "apisix", "ambassador", "nginx", "appMesh", "traefik")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for field in ("stableService", "canaryService"):
            if _needed(canary) and not text(canary, field):
                yield Observation(rollout, (*CANARY, field), f"traffic routing needs {field}")


def _needed(canary: Mapping[str, Any]) -> bool:
    routing = routing_of(canary)
    if routed_by(routing, *_ALWAYS):
        return True
    if canary.get("pingPong") is not None:
        return False
    by_host = routed_by(routing, "istio") and dig(routing, "istio", "destinationRule") is None
    return by_host or routed_by(routing, "alb")


RULE = Rule(
    code="routing-service-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: web}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, trafficRouting: {nginx: {stableIngress: web}}}}}
""",
)
