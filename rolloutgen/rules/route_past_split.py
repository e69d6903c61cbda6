"""A route reaches the pods of a Rollout past its traffic split.

Why: Istio's weights hold only in the VirtualServices that the Rollout lists. An Ingress, or a route to a third
    Service with the same pods, sends its traffic to stable only, or to stable and canary alike.
Fix: Send that traffic through a listed VirtualService (the public gateway set), or use the router of that Ingress.
Source: Nothing checks it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.mesh import destinations, istio_of, service_of
from rolloutgen.model import Manifest, Path
from rolloutgen.reading import mapping, rows, text
from rolloutgen.release import HTTP_ROUTE, INGRESSES, SERVICE, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.rule import Fault, Rule
from rolloutgen.strategy import canaries, routing_services
from rolloutgen.syntax import selects
from rolloutgen.tree import dig


def _faults(view: ReleaseView) -> Iterator[Fault]:
    for rollout, canary in canaries(view):
        pod = view.pod_of(rollout)
        istio = istio_of(canary)
        if istio is None or istio.get("destinationRule") is not None or pod is None:
            continue  # with subsets one Service carries all of the traffic
        pair = set(routing_services(canary))
        for source, at, name in _backends(view):
            service = view.beside(source, SERVICE, name)
            if service is None or view.namespace(service) != view.namespace(rollout):
                continue
            selector = mapping(service.body, "spec", "selector")
            third = name not in pair and bool(selector) and selects({"matchLabels": selector}, pod.labels)
            if (third and dig(service.body, "spec", "clusterIP") != "None") or (
                name in pair and source.ref.kind != "VirtualService"
            ):
                message = f"this route reaches the pods of Rollout {rollout.ref.name!r} past its weights"
                yield Fault(source, at, message)


def _backends(view: ReleaseView) -> Iterator[tuple[Manifest, Path, str]]:
    for ingress in view.all(*INGRESSES):
        for index, rule in rows(ingress.body, "spec", "rules"):
            for position, path in rows(rule, "http", "paths"):
                name = text(path, "backend", "service", "name") or text(path, "backend", "serviceName")
                yield ingress, ("spec", "rules", index, "http", "paths", position, "backend"), name
    for route in view.all(HTTP_ROUTE):
        for index, rule in rows(route.body, "spec", "rules"):
            for position, backend in rows(rule, "backendRefs"):
                yield route, ("spec", "rules", index, "backendRefs", position), text(backend, "name")
    for target in view.all(VIRTUAL_SERVICE):
        for _, _, at, entry in destinations(target):
            found = service_of(text(entry, "destination", "host"), view.namespace(target))
            if found and found[0] == view.namespace(target):
                yield target, at, found[1]


RULE = Rule(
    id="route-past-split",
    severity="warning",
    check=_faults,
    good=(
        """
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
""",
    ),
    bad=(
        """
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
        """
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
---
kind: Service
---
kind: VirtualService
metadata: {name: web-old}
spec: {hosts: [old.example.com], http: [{route: [{destination: {host: web}}]}]}
""",
    ),
)
