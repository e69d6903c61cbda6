"""Istio VirtualServices: an existing one is amended in place, a missing one is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Edits, Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.naming import ROUTE
from rolloutgen.kube.references import Reference
from rolloutgen.kube.tree import as_list, dig, maps, put
from rolloutgen.model import Manifest, Path, Ref

RULE = "virtual-service"
API = "networking.istio.io/v1"
GROUP = "networking.istio.io"
MESH = "mesh"

Amended = tuple[Mapping[str, Any], Edits, tuple[str, ...]]


def is_virtual_service(manifest: Manifest) -> bool:
    """Whether `manifest` is an Istio VirtualService of any version."""
    return manifest.ref.kind == "VirtualService" and manifest.ref.group == GROUP


def amend(body: Mapping[str, Any], manifest: Manifest, target: Target, name: str = ROUTE) -> Amended:
    """`body` (of the VirtualService `manifest`) after the split of the target's Service; the last part names the routes
    that now weigh two versions, () where it carries no traffic to the Service. `name` is for routes without one.

    Raises ChartRefused for what the controller would break: see `_check`.
    """
    if not target.split:
        return body, (), ()
    found = list(target.named_by(manifest._replace(body=body)))
    leading = {reference.at[1:3]: reference for reference in reversed(found) if reference.role == "route"}
    routes = sorted(index for protocol, index in leading if protocol == "http" and isinstance(index, int))
    if target.routed:
        _check(body, manifest, target, leading.keys())
    edits: list[tuple[Path, str]] = []
    changed: Any = body
    if target.renamed:
        for reference in found:
            if not (target.routed and reference.role == "route" and reference.at[1] == "http"):
                changed = put(changed, reference.at, reference.renamed(target.stable))
                edits.append((reference.at, RULE))
    if not target.routed:
        return changed, tuple(edits), ()
    names: list[str] = []
    for index in routes:
        at = ("spec", "http", index)
        route = dig(changed, *at)
        if not route.get("name"):
            route = {"name": _free_name(changed, name), **{key: value for key, value in route.items() if key != "name"}}
            edits.append(((*at, "name"), RULE))
        names.append(route["name"])
        edits.append(((*at, "route"), RULE))
        changed = put(changed, at, {**route, "route": _weighed(route["route"][0], target, leading["http", index])})
    return changed, tuple(edits), tuple(names)


def public_virtual_service(target: Target, hosts: Sequence[str]) -> dict[str, Any]:
    """The spec of the VirtualService that the Rollout steers: on its own Gateway for `hosts`, in the mesh without."""
    return {
        "hosts": list(hosts) or [target.stable],
        "gateways": [target.name] if hosts else [MESH],
        "http": [
            {
                "name": ROUTE,
                "route": [
                    {"destination": destination(target, target.stable), "weight": 100},
                    {"destination": destination(target, target.canary), "weight": 0},
                ],
            }
        ],
    }


def track_virtual_service(target: Target, service: str, hosts: Sequence[str], gateway: str) -> dict[str, Any]:
    """The spec of a VirtualService that always sends `hosts` to one of the two Services."""
    route = [{"destination": destination(target, service)}]
    return {"hosts": list(hosts), "gateways": [gateway], "http": [{"route": route}]}


def destination(target: Target, service: str) -> dict[str, Any]:
    """A route's destination; it names the port where the Service has several."""
    port = target.port()
    return {"host": service, **({} if port is None else {"port": {"number": port}})}


def name_in_rollout(ref: Ref, target: Target) -> str:
    """How the Rollout names a VirtualService: with its namespace where that differs, or where its name has a dot."""
    namespace = ref.home(target.release.namespace)
    return f"{ref.name}.{namespace}" if "." in ref.name or namespace != target.namespace else ref.name


def gateways_of(body: Mapping[str, Any], manifest: Manifest, target: Target) -> tuple[tuple[str, str], ...]:
    """The (namespace, name) of each Gateway to which a VirtualService binds; the mesh is none."""
    own = manifest.ref.home(target.release.namespace)
    found = []
    for gateway in as_list(dig(body, "spec", "gateways")):
        if isinstance(gateway, str) and gateway != MESH:
            namespace, _, name = gateway.rpartition("/")
            found.append((own if namespace in ("", ".") else namespace, name))
    return tuple(found)


def _check(body: Mapping[str, Any], manifest: Manifest, target: Target, leading: Collection[Path]) -> None:
    """Raises Refused for what the controller would break; `leading` are the protocols and positions of the routes that
    lead to the Service."""
    service = target.service.ref.name if target.service else ""
    routes = [index for protocol, index in sorted(leading) if protocol == "http"]
    for kind in ("tcp", "tls"):
        for number in range(len(as_list(dig(body, "spec", kind)))):
            if (kind, number) in leading:
                why = f"a {kind} route leads to {service}; only HTTP routes can be weighed here"
                raise ChartRefused.of_object(
                    "tcp-route", manifest, why, "use --router none, or blue-green", ("spec", kind)
                )
            if routes:
                why = f"a {kind} route to another Service beside the routes to {service} makes the Rollout invalid"
                hint = "move it to a VirtualService of its own"
                raise ChartRefused.of_object("foreign-tls-or-tcp-route", manifest, why, hint, ("spec", kind))
    for index in routes:
        at = ("spec", "http", index, "route")
        entries = dig(body, *at)
        if len(entries) != 1:
            why = f"a route to {service} has {len(entries)} destinations; the controller deletes what is not its own"
            raise ChartRefused.of_object("third-destination", manifest, why, "leave one destination in that route", at)
        if dig(entries[0], "destination", "subset"):
            why = f"a route to {service} names a subset; the two versions are Services, not subsets"
            raise ChartRefused.of_object("subset-route", manifest, why, "route to the Service without a subset", at)


def _weighed(entry: Mapping[str, Any], target: Target, reference: Reference) -> list[dict[str, Any]]:
    """The entry of a route for each of the two Services; `reference` is where it names the old one."""
    return [
        {**put(entry, ("destination", "host"), reference.renamed(service)), "weight": weight}
        for service, weight in ((target.stable, 100), (target.canary, 0))
    ]


def _free_name(body: Mapping[str, Any], wanted: str) -> str:
    taken = {route.get("name") for route in maps(dig(body, "spec", "http"))}
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name
