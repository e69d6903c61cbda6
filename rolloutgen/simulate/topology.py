"""Who reaches the pods of a Rollout, and through what: hosts, gateways, routes, Services, ReplicaSets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rolloutgen.kube.istio import destination_service, destinations, listings
from rolloutgen.kube.references import backends, hosts_of
from rolloutgen.kube.release import SERVICE, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.selectors import picks
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import mapping, rows, text, texts
from rolloutgen.model import Manifest

Role = Literal["stable", "canary", "active", "preview", ""]
NodeKind = Literal["host", "gateway", "route", "service", "pods"]
_ROLES: Mapping[str, Role] = {
    "stableService": "stable",
    "canaryService": "canary",
    "activeService": "active",
    "previewService": "preview",
    "pingService": "canary",
    "pongService": "stable",
}


@dataclass(frozen=True, slots=True)
class TrafficNode:
    """Something on the way of a request. `role` is that of a Service or of pods ("stable": the old version, "canary":
    the new one)."""

    kind: NodeKind
    name: str
    role: Role = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A request goes from `source` to `target`; `weighted` tells that the controller sets the part that does, `later`
    that it does so only once the new version is promoted."""

    source: TrafficNode
    target: TrafficNode
    weighted: bool = False
    later: bool = False


OLD, NEW = TrafficNode("pods", "old version", "stable"), TrafficNode("pods", "new version", "canary")


def edges_of(view: ReleaseView, rollout: Manifest) -> tuple[Edge, ...]:
    """All ways of requests to the pods of a Rollout that the release shows, once each, in order."""
    return tuple(dict.fromkeys(_edges(view, rollout)))


def _edges(view: ReleaseView, rollout: Manifest) -> Iterator[Edge]:
    services = _services(view, rollout)
    managed = {
        entry.target.ref: set(entry.routes) for entry in listings(view) if _is(entry.rollout, rollout) and entry.target
    }
    for route in view.all(VIRTUAL_SERVICE):
        ways = list(_ways(view, route, services, managed.get(route.ref)))
        if ways:
            yield from _entrances(route)
            yield from ways
    for backend in backends(view):
        if backend.source.ref.kind != "VirtualService" and backend.name in services:
            node = TrafficNode("route", str(backend.source.ref))
            yield from (
                Edge(TrafficNode("host", host), node) for host in [host or "*" for host in hosts_of(backend)] or ["*"]
            )
            yield Edge(node, services[backend.name])
    for service in services.values():
        yield from _pods(service)


def _is(one: Manifest, other: Manifest) -> bool:
    return one.ref == other.ref


def _services(view: ReleaseView, rollout: Manifest) -> dict[str, TrafficNode]:
    found = {name: TrafficNode("service", name, _ROLES.get(str(at[-1]), "")) for at, name in service_names(rollout)}
    pod = view.pod_of(rollout)
    for service in view.all(SERVICE):
        same = view.namespace(service) == view.namespace(rollout)
        if pod and same and picks(mapping(service.body, "spec", "selector"), pod.labels):
            found.setdefault(service.ref.name, TrafficNode("service", service.ref.name))
    return found


def _ways(
    view: ReleaseView, route: Manifest, services: Mapping[str, TrafficNode], managed: set[str] | None
) -> Iterator[Edge]:
    node = TrafficNode("route", str(route.ref))
    for protocol, index, _, entry in destinations(route):
        service = destination_service(view, route, entry)
        if service is None or service.ref.name not in services:
            continue
        name = next(
            (text(row, "name") for position, row in rows(route.body, "spec", protocol) if position == index), ""
        )
        weighted = managed is not None and (not managed or name in managed)
        target = services[service.ref.name]
        yield Edge(node, target, weighted=weighted and target.role in ("stable", "canary"))


def _entrances(route: Manifest) -> Iterator[Edge]:
    node = TrafficNode("route", str(route.ref))
    hosts = [TrafficNode("host", host) for host in texts(route.body, "spec", "hosts")]
    gateways = [TrafficNode("gateway", name) for name in texts(route.body, "spec", "gateways")] or [
        TrafficNode("gateway", "mesh")
    ]
    for gateway in gateways:
        yield from (Edge(host, gateway) for host in hosts)
        yield Edge(gateway, node)


def _pods(service: TrafficNode) -> Iterator[Edge]:
    """Before the promotion; the stable and the active Service turn to the new version at its end."""
    if service.role in ("stable", "active", ""):
        yield Edge(service, OLD)
    if service.role in ("canary", "preview", ""):
        yield Edge(service, NEW)
    else:
        yield Edge(service, NEW, later=True)
