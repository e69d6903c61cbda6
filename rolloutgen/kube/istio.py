"""Reading Istio objects as the Rollouts controller and Istio read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rolloutgen.kube.references import read_host, split_name
from rolloutgen.kube.release import ISTIO_GATEWAY, SERVICE, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routing_of, routing_services
from rolloutgen.kube.tree import dig, integer, listing, mapping, rows, text, texts
from rolloutgen.model import Manifest, Path

ISTIO: Path = (*ROUTING, "istio")


class Listing(NamedTuple):
    """A VirtualService that a Rollout names: `entry` at `at` in the Rollout; `target` None when not rendered here."""

    rollout: Manifest
    canary: Mapping[str, Any]
    at: Path
    entry: Mapping[str, Any]
    target: Manifest | None

    @property
    def routes(self) -> list[str]:
        """The HTTP routes that the entry names."""
        return texts(self.entry, "routes")

    @property
    def managed(self) -> list[str]:
        """The names of the routes that the controller makes and deletes."""
        return [text(route, "name") for _, route in rows(self.canary, "trafficRouting", "managedRoutes")]

    @property
    def destination_rule(self) -> Mapping[str, Any]:
        """The `destinationRule` of the Rollout; empty for host-level splitting."""
        return mapping(self.canary, "trafficRouting", "istio", "destinationRule")


def istio_of(canary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`trafficRouting.istio` of a canary strategy; None without one."""
    found = dig(routing_of(canary) or {}, "istio")
    return found if isinstance(found, Mapping) else None


def listings(view: ReleaseView) -> Iterator[Listing]:
    """Every VirtualService that a Rollout of the release lists."""
    for rollout, canary in canaries(view):
        istio = istio_of(canary)
        if istio is None:
            continue
        entries = [((*ISTIO, "virtualServices", index), entry) for index, entry in rows(istio, "virtualServices")]
        if istio.get("virtualServices") is None and mapping(istio, "virtualService"):
            entries = [((*ISTIO, "virtualService"), mapping(istio, "virtualService"))]
        for at, entry in entries:
            namespace, name = split_name(text(entry, "name"))
            target = view.find(VIRTUAL_SERVICE, namespace or view.namespace(rollout), name)
            yield Listing(rollout, canary, at, entry, target)


def rendered_listings(view: ReleaseView) -> Iterator[tuple[Listing, Manifest]]:
    """The listed VirtualServices that the release renders."""
    for entry in listings(view):
        if entry.target is not None:
            yield entry, entry.target


def edited_http(entry: Listing, target: Manifest) -> list[tuple[int, Mapping[str, Any]]]:
    """The HTTP routes whose weights the controller sets: the named ones, else the only or the first unnamed one."""
    routes = list(rows(target.body, "spec", "http"))
    if entry.routes:
        first = {text(route, "name"): (index, route) for index, route in reversed(routes)}
        return [first[name] for name in entry.routes if name in first]
    if len(routes) == 1:
        return routes
    return [(index, route) for index, route in routes if not text(route, "name")][:1]


def edited_layer4(entry: Listing, target: Manifest, protocol: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The routes under `protocol` ("tls" or "tcp") whose weights the controller sets; the first when none is named."""
    routes = list(rows(target.body, "spec", protocol))
    wanted = [row for _, row in rows(entry.entry, f"{protocol}Routes")]
    if not wanted:
        return routes[:1]
    return [(index, route) for index, route in routes if any(fits_layer4(row, route, protocol) for row in wanted)]


def fits_layer4(wanted: Mapping[str, Any], route: Mapping[str, Any], protocol: str) -> bool:
    """Whether a TLS or TCP route is the one that a Rollout names: one port, the same; for TLS the same set of hosts."""
    matches = [match for _, match in rows(route, "match")]
    ports = {integer(match, "port") or 0 for match in matches}
    if len(ports) > 1 or (integer(wanted, "port") or 0) != (ports.pop() if ports else 0):
        return False
    hosts = {host for match in matches for host in texts(match, "sniHosts")}
    return protocol == "tcp" or set(texts(wanted, "sniHosts")) == hosts


def missing_destinations(entry: Listing, route: Mapping[str, Any]) -> list[str]:
    """Which of the stable and the canary destination a route lacks, in words: Services, or subsets of a rule."""
    rows_there = [mapping(row, "destination") for _, row in rows(route, "route")]
    rule = entry.destination_rule
    if rule or dig(entry.canary, "trafficRouting", "istio", "destinationRule") is not None:
        subsets = {text(row, "subset") for row in rows_there} - {""}
        pair = (("stable", text(rule, "stableSubsetName")), ("canary", text(rule, "canarySubsetName")))
        return [f"the {role} subset {name!r}" for role, name in pair if name not in subsets]
    hosts = {short_host(text(row, "host")) for row in rows_there} - {""}
    stable, new = routing_services(entry.canary)
    return [f"the {role} Service {name!r}" for role, name in (("stable", stable), ("canary", new)) if name not in hosts]


def lone_side(view: ReleaseView, entry: Listing, target: Manifest) -> str:
    """ "canary" or "stable" for a VirtualService that a Rollout lists beside others and that leads to this Service
    alone: made for a preview, or for comparison. "" for every other one, and with subsets instead of Services."""
    if entry.destination_rule or sum(other.rollout is entry.rollout for other in listings(view)) < 2:
        return ""
    hosts = {short_host(text(row, "destination", "host")) for *_, row in destinations(target)}
    for role, name in zip(("stable", "canary"), routing_services(entry.canary), strict=True):
        if name and hosts == {name}:
            return role
    return ""


def short_host(host: str) -> str:
    """The Service that the controller sees in a destination host: everything before the first dot."""
    return host.partition(".")[0]


def service_of(host: str, namespace: str) -> tuple[str, str] | None:
    """Namespace and name of the Service that a host means in the cluster; None for a host outside.

    `x` is a Service of `namespace`; `x.ns.svc` and `x.ns.svc.cluster.local` name one; `x.ns` cannot be told from a
    host outside unless `ns` is `namespace`.
    """
    parts = read_host(host)
    if parts is None or not (parts[2] in ("", namespace) or ".svc" in host):
        return None
    return parts[2] or namespace, parts[0]


def destinations(target: Manifest) -> Iterator[tuple[str, int, Path, Mapping[str, Any]]]:
    """Every destination of a VirtualService's routes: protocol, index of the route, path, `{destination, weight}`."""
    for protocol in ("http", "tls", "tcp"):
        for index, route in rows(target.body, "spec", protocol):
            for position, entry in rows(route, "route"):
                yield protocol, index, ("spec", protocol, index, "route", position), entry


def destination_service(view: ReleaseView, target: Manifest, entry: Mapping[str, Any]) -> Manifest | None:
    """The Service of the release that a destination means; None for one that it does not render."""
    found = service_of(text(entry, "destination", "host"), view.namespace(target))
    return view.find(SERVICE, *found) if found else None


def gateways_of(view: ReleaseView, target: Manifest) -> list[Manifest] | None:
    """The Gateways of a VirtualService; None when one of them is not rendered here (`mesh` does not count)."""
    found: list[Manifest] = []
    for name in texts(target.body, "spec", "gateways"):
        if name == "mesh":
            continue
        namespace, _, short = name.rpartition("/")
        gateway = view.find(ISTIO_GATEWAY, view.namespace(target) if namespace in ("", ".") else namespace, short)
        if gateway is None:
            return None
        found.append(gateway)
    return found


def servers(gateway: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The servers of a Gateway."""
    for index, server in rows(gateway.body, "spec", "servers"):
        yield ("spec", "servers", index), server


def gateway_hosts(gateway: Manifest) -> Iterator[tuple[Path, str]]:
    """The hosts of a Gateway's servers, without a namespace before a slash."""
    for at, server in servers(gateway):
        for index, host in enumerate(listing(server, "hosts")):
            if isinstance(host, str):
                yield (*at, "hosts", index), host.rpartition("/")[2]


def covers(pattern: str, host: str) -> bool:
    """Whether a host pattern of Istio (`*`, `*.example.com`, a name) takes in `host`, which may be a pattern too."""
    if pattern in ("*", host):
        return True
    return pattern.startswith("*.") and host.endswith(pattern[1:])


def certificate_covers(name: str, host: str) -> bool:
    """Whether a DNS name of a certificate serves `host`: a wildcard stands for exactly one label."""
    if name == host:
        return True
    return name.startswith("*.") and not host.startswith("*") and host.partition(".")[2] == name[2:]
