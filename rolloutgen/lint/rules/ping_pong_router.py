"""Ping-pong is used with a router that does not know it.

Why: Only ALB, Istio and plugin routers can swap the roles of the two Services.
Fix: Use stableService and canaryService instead of pingPong, or one of those routers.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries, routed_by, routing_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        routing = routing_of(canary)
        if (
            canary.get("pingPong") is not None
            and routing is not None
            and not routed_by(routing, "alb", "istio", "plugins")
        ):
            yield Observation(
                rollout, (*CANARY, "pingPong"), "pingPong works with the alb, istio and plugin routers only"
            )


RULE = Rule(
    code="ping-pong-router",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      pingPong: {pingService: web-ping, pongService: web-pong}
      trafficRouting: {alb: {ingress: web, servicePort: 80, rootService: web-root}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      pingPong: {pingService: web-ping, pongService: web-pong}
      trafficRouting: {nginx: {stableIngress: web}}
""",
)
