"""A Rollout names an HTTP route that its VirtualService does not have.

Why: The controller looks for the route by name to set its weights; without it the Rollout is refused.
Fix: Name the route in the VirtualService (spec.http[].name), or correct the name in the Rollout.
Source: argo-rollouts trafficrouting/istio (getHttpRouteIndexesToPatch); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig, listing, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        if not isinstance(dig(target.body, "spec", "http"), list):
            continue
        names = {text(route, "name") for _, route in rows(target.body, "spec", "http")}
        for index, name in enumerate(listing(entry.entry, "routes")):
            if isinstance(name, str) and name not in names:
                message = f"{target.ref} has no HTTP route named {name!r}"
                yield Observation(entry.rollout, (*entry.at, "routes", index), message)


RULE = Rule(
    code="http-route-missing",
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
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [secondary]}}}
""",
)
