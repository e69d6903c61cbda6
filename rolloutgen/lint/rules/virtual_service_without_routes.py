"""A VirtualService that a Rollout names has no routes that can be read.

Why: The controller sets weights in http, tls or tcp; without one of these lists it refuses the Rollout. With an empty
    http it has no weight to set, and all traffic moves at once; in an empty tls or tcp it looks for the first route and
    crashes, as `kubectl argo rollouts lint` does.
Fix: Add spec.http with a route to the stable and the canary Service; leave tls and tcp out where they are empty.
Source: argo-rollouts validation_references.go (ValidateVirtualService); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.istio import rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_PROTOCOLS = ("http", "tls", "tcp")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for _, target in rendered_listings(view):
        lists = {name: dig(target.body, "spec", name) for name in _PROTOCOLS}
        if not any(isinstance(routes, list) for routes in lists.values()):
            yield Observation(target, ("spec", "http"), "the VirtualService has no http, tls or tcp routes")
        if lists["http"] == [] and not any(lists.values()):
            said = "the list of http routes is empty: the controller has no weight to set"
            yield Observation(target, ("spec", "http"), said, severity="warning")
        for name in ("tls", "tcp"):
            if lists[name] == []:
                said = f"the list of {name} routes is empty: the controller crashes over it"
                yield Observation(target, ("spec", name), said)
        for name, routes in lists.items():
            if isinstance(routes, list) and any(
                route is not None and not isinstance(route, Mapping) for route in routes
            ):
                yield Observation(target, ("spec", name), f"the {name} routes cannot be read")


RULE = Rule(
    code="virtual-service-without-routes",
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
      trafficRouting: {istio: {virtualService: {name: web}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web}}}
---
kind: VirtualService
spec: {hosts: [web.example.com]}
""",
)
