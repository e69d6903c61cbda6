"""A step routes by header with a router that cannot.

Why: Only the Istio, ALB, Apisix and plugin routers route by header.
Fix: Remove setHeaderRoute or change the router.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routed_by, routing_of, steps_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, _ in steps_of(view, "setHeaderRoute"):
        if not routed_by(routing_of(canary), "istio", "alb", "apisix", "plugins"):
            yield Observation(rollout, at, "setHeaderRoute needs the istio, alb, apisix or a plugin router")


RULE = Rule(
    code="header-route-router",
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
      trafficRouting:
        managedRoutes: [{name: beta}]
        istio: {virtualService: {name: web, routes: [primary]}}
      steps: [{setHeaderRoute: {name: beta, match: [{headerName: x-beta, headerValue: {exact: "1"}}]}}]
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setHeaderRoute: {name: beta}}]}}}
""",
)
