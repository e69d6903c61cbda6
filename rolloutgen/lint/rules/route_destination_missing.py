"""A route whose weights the controller sets does not lead to both stable and canary.

Why: The controller moves weight between the stable and the canary destination (Services, or subsets with a
    destinationRule) and refuses the Rollout where one is missing.
Fix: Give the route both destinations, stable with weight 100 and canary with weight 0.
Source: argo-rollouts trafficrouting/istio (validateVirtualServiceRouteDestinations); `kubectl argo rollouts lint`
    refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import edited_http, edited_layer4, lone_side, missing_destinations, rendered_listings
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        if lone_side(view, entry, target):
            continue  # preview-leak says better what is wrong
        routes = [("http", *pair) for pair in edited_http(entry, target)]
        for protocol in ("tls", "tcp"):
            if listing(entry.entry, f"{protocol}Routes"):
                routes += [(protocol, *pair) for pair in edited_layer4(entry, target, protocol)]
        for protocol, index, route in routes:
            for what in missing_destinations(entry, route):
                yield Observation(target, ("spec", protocol, index, "route"), f"the route does not lead to {what}")


RULE = Rule(
    code="route-destination-missing",
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
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route:
        - {destination: {host: web-stable.shop.svc.cluster.local}, weight: 100}
        - {destination: {host: web-canary.shop.svc.cluster.local}, weight: 0}
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
spec: {hosts: [web.example.com], http: [{route: [{destination: {host: web-stable}, weight: 100}]}]}
""",
)
