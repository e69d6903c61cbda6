"""maxTrafficWeight is set for a router that does not know it.

Why: Only nginx and plugin routers count in other units than percent.
Fix: Remove maxTrafficWeight and give weights from 0 to 100.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routed_by, routing_of
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        routing = routing_of(canary)
        if dig(routing, "maxTrafficWeight") is not None and not routed_by(routing, "nginx", "plugins"):
            at = (*ROUTING, "maxTrafficWeight")
            yield Observation(rollout, at, "maxTrafficWeight works with the nginx and plugin routers only")


RULE = Rule(
    code="max-traffic-weight-router",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {maxTrafficWeight: 1000, nginx: {stableIngress: web}}
      steps: [{setWeight: 500}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {maxTrafficWeight: 1000, istio: {virtualService: {name: web, routes: [primary]}}}
""",
)
