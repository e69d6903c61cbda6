"""A route of a Rollout does not start with all traffic on the stable Service.

Why: The first deployment and every reset by `helm upgrade` use these weights: anything but 100 and 0 sends traffic to
    the canary, or to nobody.
Fix: Give the stable destination weight 100 and the canary destination weight 0.
Source: The controller corrects the weights when it runs, and nothing checks them before.
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
from rolloutgen.kube.tree import integer, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        routes = [("http", *pair) for pair in edited_http(entry, target)]
        for protocol in ("tls", "tcp"):
            routes += [(protocol, *pair) for pair in edited_layer4(entry, target, protocol)]
        for protocol, index, route in routes:
            weights = None if missing_destinations(entry, route) else _weights(entry, route)
            if weights is not None and weights != (100, 0):
                message = f"the weights start at stable {weights[0]}, canary {weights[1]} instead of 100 and 0"
                yield Observation(target, ("spec", protocol, index, "route"), message)


def _weights(entry: Listing, route: Mapping[str, Any]) -> tuple[int, int]:
    subset = text(entry.destination_rule, "canarySubsetName")
    new = routing_services(entry.canary)[1]
    shares = {True: 0, False: 0}
    for _, row in rows(route, "route"):
        if subset:
            canary = text(row, "destination", "subset") == subset
        else:
            canary = short_host(text(row, "destination", "host")) == new
        shares[canary] += integer(row, "weight") or 0
    return shares[False], shares[True]


RULE = Rule(
    code="initial-weights",
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
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route: [{destination: {host: web-stable}, weight: 50}, {destination: {host: web-canary}, weight: 50}]
""",
)
