"""A VirtualService has several routes and the Rollout does not say which are its own.

Why: Without names the controller takes the only route; with several it refuses the Rollout. Managed routes do not
    count.
Fix: Name the routes in the VirtualService and list them in routes (or tlsRoutes, tcpRoutes) of the Rollout.
Source: argo-rollouts trafficrouting/istio (ValidateHTTPRoutes, ValidateTlsRoutes, ValidateTcpRoutes); `kubectl argo
    rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import listing, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        own = [route for _, route in rows(target.body, "spec", "http") if text(route, "name") not in entry.managed]
        if not entry.routes and len(own) > 1:
            yield Observation(
                entry.rollout, entry.at, f"{target.ref} has {len(own)} HTTP routes, and routes names none"
            )
        for protocol in ("tls", "tcp"):
            count = len(listing(target.body, "spec", protocol))
            if not listing(entry.entry, f"{protocol}Routes") and count > 1:
                message = f"{target.ref} has {count} {protocol} routes, and {protocol}Routes names none"
                yield Observation(entry.rollout, entry.at, message)


RULE = Rule(
    code="several-unnamed-routes",
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
spec:
  hosts: [web.example.com]
  http:
    - match: [{uri: {prefix: /a}}]
      route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
    - route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
""",
)
