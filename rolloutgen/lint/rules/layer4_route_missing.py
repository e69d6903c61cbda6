"""A Rollout names a TLS or TCP route that its VirtualService does not have.

Why: A TLS route is found by its port and its exact set of SNI hosts, a TCP route by its port; one that matches
    several ports is never found.
Fix: Give port (and sniHosts) as they stand in the route's match.
Source: argo-rollouts trafficrouting/istio (searchTlsRoute, searchTcpRoute); `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import fits_layer4, rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig, rows
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        for protocol in ("tls", "tcp"):
            if not isinstance(dig(target.body, "spec", protocol), list):
                continue
            routes = [route for _, route in rows(target.body, "spec", protocol)]
            for index, wanted in rows(entry.entry, f"{protocol}Routes"):
                if not any(fits_layer4(wanted, route, protocol) for route in routes):
                    at = (*entry.at, f"{protocol}Routes", index)
                    yield Observation(entry.rollout, at, f"{target.ref} has no {protocol} route with this match")


RULE = Rule(
    code="layer4-route-missing",
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
      trafficRouting: {istio: {virtualService: {name: web, tcpRoutes: [{port: 5432}]}}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  tcp:
    - match: [{port: 5432}]
      route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, tcpRoutes: [{port: 3306}]}}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  tcp:
    - match: [{port: 5432}]
      route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
""",
)
