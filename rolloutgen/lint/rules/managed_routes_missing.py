"""A step makes a route, and managedRoutes does not exist.

Why: The controller only makes and deletes routes that managedRoutes lists, in that order of precedence.
Fix: List the route's name in trafficRouting.managedRoutes.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routing_of, steps_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for kind in ("setHeaderRoute", "setMirrorRoute"):
        for rollout, canary, at, _ in steps_of(view, kind):
            routing = routing_of(canary)
            if routing is not None and routing.get("managedRoutes") is None:
                yield Observation(rollout, at, f"{kind} needs trafficRouting.managedRoutes")


RULE = Rule(
    code="managed-routes-missing",
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
      trafficRouting: {managedRoutes: [{name: beta}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setHeaderRoute: {name: beta, match: [{headerName: x-beta, headerValue: {exact: a}}]}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setHeaderRoute: {name: beta, match: [{headerName: x-beta, headerValue: {exact: a}}]}}]
""",
)
