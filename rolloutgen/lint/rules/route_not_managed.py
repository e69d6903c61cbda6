"""A step makes a route that managedRoutes does not list.

Why: The controller only makes and deletes routes that managedRoutes lists.
Fix: Add the name to trafficRouting.managedRoutes, or correct it in the step.
Source: argo-rollouts validation.go (ValidateStepRouteFoundInManagedRoute); `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routing_of, steps_of
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for kind in ("setHeaderRoute", "setMirrorRoute"):
        for rollout, canary, at, value in steps_of(view, kind):
            routing = routing_of(canary)
            if routing is None or routing.get("managedRoutes") is None:
                continue
            names = [text(route, "name") for _, route in rows(routing, "managedRoutes")]
            if text(value, "name") not in names:
                message = f"route {text(value, 'name')!r} is not in trafficRouting.managedRoutes"
                yield Observation(rollout, (*at, "name"), message)


RULE = Rule(
    code="route-not-managed",
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
      steps: [{setMirrorRoute: {name: shadow}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: shadow}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setMirrorRoute: {name: mirror}}]
""",
)
