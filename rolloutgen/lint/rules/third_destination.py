"""A route of a Rollout has a destination beside stable and canary.

Why: The controller deletes any other destination that it does not know when it sets the weights.
Fix: Move the third destination into a route of its own that the Rollout does not list, or list its subset in
    additionalSubsetNames.
Source: argo-rollouts trafficrouting/istio (processRoutes); nothing says it before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.istio import (
    Listing,
    edited_http,
    edited_layer4,
    missing_destinations,
    rendered_listings,
    short_host,
)
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routing_services
from rolloutgen.kube.tree import rows, text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        routes = [("http", *pair) for pair in edited_http(entry, target)]
        for protocol in ("tls", "tcp"):
            routes += [(protocol, *pair) for pair in edited_layer4(entry, target, protocol)]
        for protocol, index, route in routes:
            if missing_destinations(entry, route):
                continue
            for position, row in rows(route, "route"):
                host = text(row, "destination", "host")
                if host and not _known(entry, row):
                    at = ("spec", protocol, index, "route", position)
                    yield Observation(
                        target, at, f"the controller deletes the destination {host!r}: neither stable nor canary"
                    )


def _known(entry: Listing, row: Mapping[str, Any]) -> bool:
    rule = entry.destination_rule
    subsets = {text(rule, "stableSubsetName"), text(rule, "canarySubsetName"), *texts(rule, "additionalSubsetNames")}
    subset = text(row, "destination", "subset")
    if subset and subset in subsets:
        return True
    return short_host(text(row, "destination", "host")) in routing_services(entry.canary)


RULE = Rule(
    code="third-destination",
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
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
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
kind: Service
metadata: {name: legacy}
spec: {selector: {app: legacy}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route:
        - {destination: {host: web-stable}, weight: 100}
        - {destination: {host: web-canary}, weight: 0}
        - {destination: {host: legacy}, weight: 0}
""",
)
