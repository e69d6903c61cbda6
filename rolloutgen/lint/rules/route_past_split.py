"""A route reaches the pods of a Rollout past its traffic split.

Why: Istio's weights hold only in the VirtualServices that the Rollout lists. An Ingress, or a route to a third
    Service with the same pods, sends its traffic to stable only, or to stable and canary alike.
Fix: Send that traffic through a listed VirtualService (the public gateway set), or use the router of that Ingress.
Source: Nothing checks it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import istio_of
from rolloutgen.kube.references import backends, find_named
from rolloutgen.kube.release import Pod, ReleaseView
from rolloutgen.kube.selectors import picks
from rolloutgen.kube.strategy import canaries, routing_services
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    led = [(backend, find_named(view, backend)) for backend in backends(view)]
    for rollout, canary in canaries(view):
        pod = view.pod_of(rollout)
        istio = istio_of(canary)
        if istio is None or istio.get("destinationRule") is not None or pod is None:
            continue  # with subsets one Service carries all of the traffic
        pair = set(routing_services(canary))
        for backend, service in led:
            if service is None or view.namespace(service) != view.namespace(rollout):
                continue
            own = backend.name in pair
            if (own and backend.source.ref.kind != "VirtualService") or (not own and _reaches(service, pod)):
                message = f"this route reaches the pods of Rollout {rollout.ref.name!r} past its weights"
                yield Observation(backend.source, backend.at, message)


def _reaches(service: Manifest, pod: Pod) -> bool:
    headless = dig(service.body, "spec", "clusterIP") == "None"
    return not headless and picks(mapping(service.body, "spec", "selector"), pod.labels)


RULE = Rule(
    code="route-past-split",
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
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
---
kind: Ingress
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web-stable, port: {number: 80}}}}]}}]
""",
)
