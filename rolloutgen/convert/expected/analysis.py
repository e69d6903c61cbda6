"""Judging the new version by its metrics: the AnalysisTemplate, and where the strategy runs it.

Without data or with too few requests neither condition of a metric holds, which the controller calls inconclusive
(argo-rollouts utils/evaluate: EvaluateResult); NaN is neither above nor below a threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.convert.expected.target import Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.tree import as_list, as_map, dig
from rolloutgen.model import ROLLOUT_API, Json, Ref

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
