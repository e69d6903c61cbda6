"""From rendered objects to the Spec of a simulation: fields with the controller's defaults, the autoscaler's bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.model import Json, Manifest
from rolloutgen.objects.analysis import Use, metrics, resolve
from rolloutgen.objects.reading import integer, mapping, rows, text
from rolloutgen.objects.release import HPA, ROLLOUT, SCALED_OBJECT, ReleaseView
from rolloutgen.objects.strategy import BLUE_GREEN, CANARY, blue_green_of, canary_of, target_of
from rolloutgen.objects.syntax import duration
from rolloutgen.objects.tree import dig

from .requests import ready_seconds, requests_of
from .spec import SCALE_DOWN_DELAY, BlueGreen, Bounds, Canary, Check, Spec, Step, StepKind, Trial

_SCALERS = {HPA: ("minReplicas", "maxReplicas", 1, 1), SCALED_OBJECT: ("minReplicaCount", "maxReplicaCount", 0, 100)}
# Of several kinds in one step the controller completes the first of this order (and refuses the Rollout anyway).
_KINDS: tuple[StepKind, ...] = (
    "pause",
    "setCanaryScale",
    "setWeight",
    "experiment",
    "analysis",
    "setHeaderRoute",
    "setMirrorRoute",
    "plugin",
)


def read_spec(
    view: ReleaseView, rollout: Manifest, *, replicas: int | None = None, ready: float | None = None
) -> Spec | None:
    """The Spec of a Rollout of the release; None where it has no strategy, or two.

    `replicas` is the live number where it is known; else the rendered one counts (1 where there is none), within the
    autoscaler's bounds. `ready` is how long a pod takes to become available; else the least that its probes and
    minReadySeconds tell.
    """
    body = rollout.body
    strategy = _strategy(view, rollout)
    if strategy is None:
        return None
    pod = view.pod_of(rollout)
    template = pod.body if pod else {}
    bounds = _bounds(view, rollout)
    count = integer(body, "spec", "replicas") if replicas is None else replicas
    count = 1 if count is None else count
    if bounds and replicas is None and count:
        count = min(max(count, bounds.minimum), bounds.maximum)
    least = ready_seconds(template, integer(body, "spec", "minReadySeconds") or 0)
    deadline = integer(body, "spec", "progressDeadlineSeconds")
    return Spec(
        name=rollout.ref.name,
        namespace=view.namespace(rollout),
        replicas=max(0, count),
        strategy=strategy,
        ready=least if ready is None else ready,
        pod=requests_of(template),
        bounds=bounds,
        paused=dig(body, "spec", "paused") is True,
        deadline=600.0 if deadline is None else float(deadline),
        deadline_aborts=dig(body, "spec", "progressDeadlineAbort") is True,
    )


def _strategy(view: ReleaseView, rollout: Manifest) -> Canary | BlueGreen | None:
    canary, blue_green = canary_of(rollout), blue_green_of(rollout)
    if canary is not None:
        return _canary(view, rollout, canary)
    return _blue_green(view, rollout, blue_green) if blue_green is not None else None


def _canary(view: ReleaseView, rollout: Manifest, body: Mapping[str, Any]) -> Canary:
    routing = mapping(body, "trafficRouting")
    routers = [name for name in routing if name not in ("managedRoutes", "maxTrafficWeight")]
    threshold = mapping(body, "replicaProgressThreshold")
    abort = integer(body, "abortScaleDownDelaySeconds")
    background = mapping(body, "analysis")
    return Canary(
        steps=tuple(_step(view, rollout, index, step) for index, step in rows(body, "steps")),
        routed=bool(routers),
        router=routers[0] if routers else "",
        surge=body.get("maxSurge"),
        unavailable=body.get("maxUnavailable"),
        dynamic=bool(routers) and body.get("dynamicStableScale") is True,
        minimum=integer(body, "minPodsPerReplicaSet"),
        threshold=(text(threshold, "type"), integer(threshold, "value") or 0) if threshold else None,
        delay=_delay(body, "scaleDownDelaySeconds"),
        delay_revisions=integer(body, "scaleDownDelayRevisionLimit"),
        abort_delay=_abort_delay(abort),
        abort_chosen=abort is not None,
        most=integer(routing, "maxTrafficWeight") or 100,
        analysis=_templates(background),
        analysis_from=integer(background, "startingStep") or 0,
    )


def _blue_green(view: ReleaseView, rollout: Manifest, body: Mapping[str, Any]) -> BlueGreen:
    return BlueGreen(
        active=text(body, "activeService"),
        preview=text(body, "previewService"),
        preview_replicas=integer(body, "previewReplicaCount"),
        promotes=body.get("autoPromotionEnabled") is not False,
        after=float(integer(body, "autoPromotionSeconds") or 0),
        delay=_delay(body, "scaleDownDelaySeconds"),
        delay_revisions=integer(body, "scaleDownDelayRevisionLimit"),
        abort_delay=_abort_delay(integer(body, "abortScaleDownDelaySeconds")),
        pre=_check(view, rollout, "pre", "prePromotionAnalysis"),
        post=_check(view, rollout, "post", "postPromotionAnalysis"),
    )


def _delay(body: Mapping[str, Any], field: str) -> float:
    given = integer(body, field)
    return SCALE_DOWN_DELAY if given is None else float(given)


def _abort_delay(given: int | None) -> float | None:
    return SCALE_DOWN_DELAY if given is None else float(given) or None


def _check(view: ReleaseView, rollout: Manifest, kind: str, field: str) -> Check | None:
    body = dig(rollout.body, *BLUE_GREEN, field)
    if not isinstance(body, Mapping):
        return None
    use = Use(rollout, "pre" if kind == "pre" else "post", (*BLUE_GREEN, field), body)
    return Check(_templates(body), _analysis_seconds(view, use))


def _templates(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text(row, "templateName") for _, row in rows(body, "templates"))


def _step(view: ReleaseView, rollout: Manifest, index: int, body: Mapping[str, Any]) -> Step:
    kind: StepKind = next((known for known in _KINDS if body.get(known) is not None), "")
    value = body.get(kind)
    if kind == "setWeight":
        weight = integer(body, kind) or 0
        return Step(kind, f"setWeight {weight}", weight=weight)
    if kind == "setCanaryScale":
        return _scale(mapping(value))
    if kind == "pause":
        seconds = pause_seconds(mapping(value).get("duration"))
        return Step(kind, "pause" if seconds is None else f"pause {mapping(value)['duration']}", seconds=seconds)
    if kind == "analysis":
        names = _templates(mapping(value))
        use = Use(rollout, "inline", (*CANARY, "steps", index, "analysis"), mapping(value))
        return Step(kind, f"analysis {', '.join(names)}".rstrip(), seconds=_analysis_seconds(view, use), names=names)
    if kind == "experiment":
        trials = tuple(_trials(mapping(value)))
        label = f"experiment {', '.join(trial.name for trial in trials)}".rstrip()
        lasts = duration(text(value, "duration")) if text(value, "duration") else None
        return Step(kind, label, seconds=lasts, names=tuple(trial.name for trial in trials), trials=trials)
    name = text(value, "name")
    return Step(kind, f"{kind} {name}".strip() or "a step without a kind", names=(name,) if name else ())


def _scale(value: Mapping[str, Any]) -> Step:
    if value.get("matchTrafficWeight") is True:
        return Step("setCanaryScale", "setCanaryScale matchTrafficWeight", scale_matches=True)
    replicas, weight = integer(value, "replicas"), integer(value, "weight")
    if replicas is not None:
        return Step("setCanaryScale", f"setCanaryScale {replicas} pod{'s' * (replicas != 1)}", scale_replicas=replicas)
    return Step(
        "setCanaryScale", f"setCanaryScale {weight} %" if weight is not None else "setCanaryScale", scale_weight=weight
    )


def _trials(value: Mapping[str, Any]) -> Iterator[Trial]:
    for _, row in rows(value, "templates"):
        replicas = integer(row, "replicas")
        yield Trial(text(row, "name"), 1 if replicas is None else replicas, integer(row, "weight"))


def pause_seconds(given: Json) -> float | None:
    """The seconds of a pause: a number, a number in a string, or a duration of Go, cut to whole seconds; None for a
    pause that a person ends. What cannot be read is no pause at all."""
    if given is None:
        return None
    if isinstance(given, str):
        seconds = float(given) if re.fullmatch(r"[+-]?\d+", given) else duration(given)
        return max(0.0, float(int(seconds))) if seconds is not None else 0.0
    return max(0.0, float(given)) if isinstance(given, (int, float)) else 0.0


def _analysis_seconds(view: ReleaseView, use: Use) -> float | None:
    """How long an analysis lasts when every measurement succeeds; None where a template or a number is not known, or
    where a metric never ends."""
    templates, missing = resolve(view, use)
    found = [_metric_seconds(metric) for template in templates for _, metric in metrics(template)]
    if missing or not found or any(seconds is None for seconds in found):
        return None
    return max(seconds for seconds in found if seconds is not None)


def _metric_seconds(metric: Mapping[str, Any]) -> float | None:
    first, between, count = metric.get("initialDelay"), metric.get("interval"), metric.get("count")
    delay = 0.0 if first is None else duration(str(first))
    if between is None:
        return delay
    number = int(count) if isinstance(count, int) or (isinstance(count, str) and count.isdigit()) else None
    interval = duration(str(between))
    return None if delay is None or interval is None or not number else delay + (number - 1) * interval


def _bounds(view: ReleaseView, rollout: Manifest) -> Bounds | None:
    for kind, (low, high, least, most) in _SCALERS.items():
        for scaler in view.all(kind):
            group, wanted, name = target_of(scaler, "scaleTargetRef")
            if ((group, wanted), name, view.namespace(scaler)) != (ROLLOUT, rollout.ref.name, view.namespace(rollout)):
                continue
            given = integer(scaler.body, "spec", low), integer(scaler.body, "spec", high)
            minimum = least if given[0] is None else given[0]
            maximum = most if given[1] is None else given[1]
            return Bounds(scaler.ref.kind, scaler.ref.name, minimum, max(minimum, maximum))
    return None
