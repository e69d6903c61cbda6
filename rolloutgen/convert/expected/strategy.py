"""spec.strategy of a Rollout, from the Deployment's own, the `rollout:` block and the routes that it steers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Target
from rolloutgen.kube.tree import as_list, as_map, dig
from rolloutgen.model import Json

# Steps and fields that mean something only where a traffic router weighs the versions.
_ROUTED_STEPS = ("setCanaryScale", "setHeaderRoute", "setMirrorRoute")
_ROUTED_FIELDS = ("dynamicStableScale", "scaleDownDelaySeconds")

# What the conversion writes itself; `rollout.canary` and `rollout.blueGreen` do not override it.
_OWN_CANARY_FIELDS = ("steps", "stableService", "canaryService", "trafficRouting")
_OWN_BLUE_GREEN_FIELDS = ("activeService", "previewService")

# What a Deployment's rollingUpdate and a Rollout share.
_CANARY_LIMITS = ("maxSurge", "maxUnavailable")
_BLUE_GREEN_LIMITS = ("maxUnavailable",)


def strategy_of(target: Target, routes: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    """The strategy of the target's Rollout.

    `routes` are the VirtualServices that carry its traffic, each as the Rollout names it, with the names of the routes
    that the controller may weigh; not empty where the target is routed.
    """
    if target.decision.strategy == "blue-green":
        return {"blueGreen": _blue_green(target)}
    return {"canary": _canary(target, routes)}


def _blue_green(target: Target) -> dict[str, Any]:
    return {
        **_limits(target, target.block.get("blueGreen"), _BLUE_GREEN_LIMITS),
        **_given(target.block.get("blueGreen"), (*_OWN_BLUE_GREEN_FIELDS, *_BLUE_GREEN_LIMITS)),
        "activeService": target.stable,
        "previewService": target.canary,
    }


def _canary(target: Target, routes: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    given = target.block.get("canary")
    ignored = (*_OWN_CANARY_FIELDS, *_CANARY_LIMITS, *(() if target.routed else _ROUTED_FIELDS))
    canary = {**_limits(target, given, _CANARY_LIMITS), **_given(given, ignored)}
    if target.routed:
        canary |= {
            "stableService": target.stable,
            "canaryService": target.canary,
            "trafficRouting": _traffic_routing(target, routes),
        }
    steps = [step for step in as_list(target.block.get("steps")) if target.routed or not _needs_router(step)]
    if steps:
        canary["steps"] = steps
    return canary


def _limits(target: Target, given: Json, fields: Iterable[str]) -> dict[str, Any]:
    """The Deployment's own limits and those of values. Values win, unless the chart's source has a strategy: then the
    chart has its own way to set them."""
    strategy = as_map(dig(target.workload.body, "spec", "strategy"))
    rolling = {} if strategy.get("type") == "Recreate" else as_map(strategy.get("rollingUpdate"))
    values = {} if target.decision.carries else as_map(given)
    both = {field: rolling.get(field) if values.get(field) is None else values[field] for field in fields}
    return _given(both, ())


def _given(values: Json, ignored: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in as_map(values).items() if value is not None and key not in ignored}


def _needs_router(step: Json) -> bool:
    return any(name in as_map(step) for name in _ROUTED_STEPS)


def _traffic_routing(target: Target, routes: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    listed = [{"name": name, "routes": list(names)} for name, names in routes]
    # Where some render lists several, each lists what it has: one key for all of them, a list of one perhaps.
    several = len(listed) > 1 or len(target.decision.virtual_service_sites) > 1
    istio: dict[str, Any] = {"virtualServices": listed} if several else {"virtualService": listed[0]}
    managed = [_managed(route) for route in as_list(target.block.get("managedRoutes"))]
    return {"istio": istio, **({"managedRoutes": managed} if managed else {})}


def _managed(route: Json) -> Json:
    return {"name": route["name"]} if isinstance(route, Mapping) and "name" in route else {"name": route}
