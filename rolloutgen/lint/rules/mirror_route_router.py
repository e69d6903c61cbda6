"""A step mirrors traffic with a router that cannot.

Why: Only the Istio and plugin routers mirror.
Fix: Remove setMirrorRoute or change the router.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routed_by, routing_of, steps_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, _ in steps_of(view, "setMirrorRoute"):
        if not routed_by(routing_of(canary), "istio", "plugins"):
            yield Observation(rollout, at, "setMirrorRoute needs the istio or a plugin router")


RULE = Rule(
    code="mirror-route-router",
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
      trafficRouting: {managedRoutes: [{name: shadow}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setMirrorRoute: {name: shadow, percentage: 10, match: [{path: {prefix: /}}]}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: shadow}], alb: {ingress: web, servicePort: 80}}
      steps: [{setMirrorRoute: {name: shadow}}]
""",
)
