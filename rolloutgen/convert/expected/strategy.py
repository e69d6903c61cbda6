"""spec.strategy of a Rollout, and the AnalysisTemplate that it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.tree import as_list, as_map, dig
from rolloutgen.model import ROLLOUT_API, Json, Ref

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


RULE = "analysis"

_SERVICE = 'destination_service="{{args.service}}"'
_WINDOW = "[5m]"


def template(target: Target) -> tuple[Ref, Mapping[str, Any]] | None:
    """The AnalysisTemplate of a routed target, as ref and spec; None where values switch it off.

    Raises ChartRefused ("incomplete-analysis") when values that it needs are missing.
    """
    given = as_map(target.block.get("analysis"))
    if not target.decision.analysis or not target.routed or not given.get("enabled"):
        return None
    needed = ["prometheus", "interval", "successRate", "p99Milliseconds"]
    if target.decision.analysis == "step":
        needed.append("count")
    missing = [f"rollout.analysis.{key}" for key in needed if given.get(key) in (None, "")]
    if missing:
        why = f"the analysis of its metrics needs {', '.join(missing)}"
        hint = "set these values, or rollout.analysis.enabled=false"
        raise ChartRefused.of_object("incomplete-analysis", target.workload, why, hint)
    least, slowest = _number(given.get("minimumRequests")), _number(given["p99Milliseconds"])
    requests = f'istio_requests_total{{reporter="source",{_SERVICE}'
    rate = (
        f'(sum(rate({requests},response_code!~"5.*"}}{_WINDOW})) or vector(0))\n'
        f"/ sum(rate({requests}}}{_WINDOW}))\n"
        f"and sum(increase({requests}}}{_WINDOW})) >= {least}"
    )
    received = f'{{reporter="destination",{_SERVICE}}}{_WINDOW}'
    latency = (
        f"histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{received})) by (le))\n"
        f"and sum(increase(istio_requests_total{received})) >= {least}"
    )
    metrics = [
        _metric(target, given, "success-rate", f">= {given['successRate']}", f"< {given['successRate']}", rate),
        _metric(target, given, "p99-latency", f"<= {slowest}", f"> {slowest}", latency),
    ]
    beside = target.service.ref.namespace if target.service else ""
    ref = Ref(ROLLOUT_API, "AnalysisTemplate", beside, target.name)
    return ref, {"args": [{"name": "service"}], "metrics": metrics}


def _metric(
    target: Target, given: Mapping[str, Any], name: str, success: str, failure: str, query: str
) -> dict[str, Any]:
    limit = "count" if target.decision.analysis == "step" else "inconclusiveLimit"
    return {
        "name": name,
        "interval": str(given["interval"]),
        limit: _number(given.get(limit)),
        "failureLimit": _number(given.get("failureLimit")),
        "successCondition": f"len(result) > 0 && result[0] {success}",
        "failureCondition": f"len(result) > 0 && result[0] {failure}",
        "provider": {"prometheus": {"address": given["prometheus"], "query": query}},
    }


def _number(value: Json) -> int:
    """What sprig's `int` makes of a value."""
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return 0


def with_analysis(strategy: Mapping[str, Any], target: Target) -> Mapping[str, Any]:
    """`strategy` with the analysis that the target's decision asks for.

    In the background it starts behind the first step that lets traffic in; a step `analysis` that names no templates is
    filled, and goes where there are no metrics. An analysis that values give stays.
    """
    if not target.decision.analysis or "canary" not in strategy:
        return strategy
    canary = dict(strategy["canary"])
    on = target.routed and bool(dig(target.block, "analysis", "enabled"))
    host = f"{target.canary}.{target.namespace}.svc.cluster.local"
    run = {"templates": [{"templateName": target.name}], "args": [{"name": "service", "value": host}]}
    if target.decision.analysis == "step":
        steps = [_filled(step, run) for step in as_list(canary.pop("steps", None)) if on or not _is_open(step)]
        return {"canary": {**canary, "steps": steps} if steps else canary}
    weighed = [index for index, step in enumerate(as_list(canary.get("steps"))) if _number(dig(step, "setWeight")) > 0]
    if on and weighed and not canary.get("analysis"):
        canary["analysis"] = {"startingStep": weighed[0] + 1, **run}
    return {"canary": canary}


def _is_open(step: Json) -> bool:
    """Whether a step asks for an analysis and does not say which."""
    return "analysis" in as_map(step) and not dig(step, "analysis", "templates")


def _filled(step: Json, run: Mapping[str, Any]) -> Json:
    return {"analysis": {**as_map(step["analysis"]), **run}} if _is_open(step) else step
