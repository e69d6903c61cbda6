"""managedRoutes lists a route that the chart renders.

Why: The controller deletes all managed routes at the end of an update: the chart's own route would be gone.
Fix: List only routes that setHeaderRoute and setMirrorRoute make.
Source: argo-rollouts trafficrouting/istio (RemoveManagedRoutes); nothing says it before.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import ROUTING
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        names = {text(route, "name") for _, route in rows(target.body, "spec", "http")} - {""}
        for index, route in rows(entry.canary, "trafficRouting", "managedRoutes"):
            if text(route, "name") in names:
                message = f"{target.ref} renders route {text(route, 'name')!r}, which the controller deletes"
                yield Observation(entry.rollout, (*ROUTING, "managedRoutes", index, "name"), message)


RULE = Rule(
    code="managed-route-of-user",
    severity="warning",
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
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: primary}], istio: {virtualService: {name: web, routes: [primary]}}}
""",
)
