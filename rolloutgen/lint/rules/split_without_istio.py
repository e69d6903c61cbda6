"""A VirtualService splits traffic between the Services of a Rollout that does not use Istio.

Why: Nobody moves the weights: the Rollout has no trafficRouting.istio that lists the VirtualService.
Fix: List the VirtualService in trafficRouting.istio of the Rollout, or route to one Service.
Source: argo-rollouts validation_references.go says it of VirtualServices it is given; nothing says it before.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import destination_service, istio_of
from rolloutgen.kube.release import VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.strategy import canaries
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        pair = {text(canary, "stableService"), text(canary, "canaryService")} - {""}
        if istio_of(canary) is not None or len(pair) < 2:
            continue
        for target in view.all(VIRTUAL_SERVICE):
            for index, route in rows(target.body, "spec", "http"):
                found = {
                    service.ref.name
                    for _, entry in rows(route, "route")
                    if (service := destination_service(view, target, entry)) is not None
                    and view.namespace(service) == view.namespace(rollout)
                }
                if pair <= found:
                    message = f"the route splits between the Services of Rollout {rollout.ref.name!r}, which has no "
                    yield Observation(target, ("spec", "http", index, "route"), f"{message}trafficRouting.istio")


RULE = Rule(
    code="split-without-istio",
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
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route: [{destination: {host: web-stable}, weight: 100}, {destination: {host: web-canary}, weight: 0}]
""",
)
