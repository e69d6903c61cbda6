"""A VirtualService of a Rollout has a TLS or TCP route that is not the Rollout's.

Why: Where tlsRoutes or tcpRoutes names none, the controller takes the first TLS or TCP route for its own, even if
    only HTTP routes are listed, and refuses the Rollout when it leads elsewhere.
Fix: Move that route into a VirtualService of its own.
Source: argo-rollouts trafficrouting/istio (getTlsRouteIndexesToPatch, getTcpRouteIndexesToPatch); `kubectl argo
    rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import edited_layer4, missing_destinations, rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        for protocol in ("tls", "tcp"):
            if listing(entry.entry, f"{protocol}Routes"):
                continue
            for index, route in edited_layer4(entry, target, protocol):
                if missing_destinations(entry, route):
                    message = f"the controller takes this {protocol} route for its own, and it leads elsewhere"
                    yield Observation(target, ("spec", protocol, index), message)


RULE = Rule(
    code="foreign-layer4-route",
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
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
---
kind: Service
metadata: {name: database}
spec: {selector: {app: database}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - name: primary
      route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
  tcp:
    - match: [{port: 5432}]
      route: [{destination: {host: database}}]
""",
)
