"""From rendered objects to the Spec of a simulation: fields with the controller's defaults, the autoscaler's bounds.

What a pod requests, and how soon it can be available: from its template, as Kubernetes reckons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rolloutgen.kube.analysis import Use, metrics, resolve
from rolloutgen.kube.durations import seconds as seconds_of
from rolloutgen.kube.quantities import quantity
from rolloutgen.kube.references import names
from rolloutgen.kube.release import HPA, SCALED_OBJECT, ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, CANARY, blue_green_of, canary_of
from rolloutgen.kube.tree import dig, integer, mapping, rows, text
from rolloutgen.model import Json, Manifest
from rolloutgen.simulate.spec import (
    SCALE_DOWN_DELAY,
    AnalysisCheck,
    BlueGreen,
    Bounds,
    Canary,
    CanaryStep,
    Resources,
    Spec,
    StepKind,
    Trial,
)

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


def _check(view: ReleaseView, rollout: Manifest, kind: str, field: str) -> AnalysisCheck | None:
    body = dig(rollout.body, *BLUE_GREEN, field)
    if not isinstance(body, Mapping):
        return None
    use = Use(rollout, "pre" if kind == "pre" else "post", (*BLUE_GREEN, field), body)
    return AnalysisCheck(_templates(body), _analysis_seconds(view, use))


def _templates(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text(row, "templateName") for _, row in rows(body, "templates"))


def _step(view: ReleaseView, rollout: Manifest, index: int, body: Mapping[str, Any]) -> CanaryStep:
    kind: StepKind = next((known for known in _KINDS if body.get(known) is not None), "")
    value = body.get(kind)
    if kind == "setWeight":
        weight = integer(body, kind) or 0
        return CanaryStep(kind, f"setWeight {weight}", weight=weight)
    if kind == "setCanaryScale":
        return _scale(mapping(value))
    if kind == "pause":
        seconds = pause_seconds(mapping(value).get("duration"))
        return CanaryStep(kind, "pause" if seconds is None else f"pause {mapping(value)['duration']}", seconds=seconds)
    if kind == "analysis":
        names = _templates(mapping(value))
        use = Use(rollout, "inline", (*CANARY, "steps", index, "analysis"), mapping(value))
        return CanaryStep(
            kind, f"analysis {', '.join(names)}".rstrip(), seconds=_analysis_seconds(view, use), names=names
        )
    if kind == "experiment":
        trials = tuple(_trials(mapping(value)))
        label = f"experiment {', '.join(trial.name for trial in trials)}".rstrip()
        lasts = seconds_of(text(value, "duration")) if text(value, "duration") else None
        return CanaryStep(kind, label, seconds=lasts, names=tuple(trial.name for trial in trials), trials=trials)
    name = text(value, "name")
    return CanaryStep(kind, f"{kind} {name}".strip() or "a step without a kind", names=(name,) if name else ())


def _scale(value: Mapping[str, Any]) -> CanaryStep:
    if value.get("matchTrafficWeight") is True:
        return CanaryStep("setCanaryScale", "setCanaryScale matchTrafficWeight", scale_matches=True)
    replicas, weight = integer(value, "replicas"), integer(value, "weight")
    if replicas is not None:
        return CanaryStep(
            "setCanaryScale", f"setCanaryScale {replicas} pod{'s' * (replicas != 1)}", scale_replicas=replicas
        )
    return CanaryStep(
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
        seconds = float(given) if re.fullmatch(r"[+-]?\d+", given) else seconds_of(given)
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
    delay = 0.0 if first is None else seconds_of(str(first))
    if between is None:
        return delay
    number = int(count) if isinstance(count, int) or (isinstance(count, str) and count.isdigit()) else None
    interval = seconds_of(str(between))
    return None if delay is None or interval is None or not number else delay + (number - 1) * interval


def _bounds(view: ReleaseView, rollout: Manifest) -> Bounds | None:
    for kind, (low, high, least, most) in _SCALERS.items():
        for scaler in view.all(kind):
            if not names(scaler, rollout.ref, view.release.namespace):
                continue
            given = integer(scaler.body, "spec", low), integer(scaler.body, "spec", high)
            minimum = least if given[0] is None else given[0]
            maximum = most if given[1] is None else given[1]
            return Bounds(scaler.ref.kind, scaler.ref.name, minimum, max(minimum, maximum))
    return None


_RESOURCES = ("cpu", "memory")


def requests_of(template: Mapping[str, Any]) -> Resources:
    """The effective requests of a pod.

    The containers run together with the sidecars (init containers that restart always); the other init containers run
    one by one before, each beside the sidecars that were started by then: the larger need counts. The pod's own
    `resources` take the place of all that, and `overhead` comes on top. A limit without a request is the request.
    """
    spec = mapping(template, "spec")
    needs = {resource: _need(spec, resource) for resource in _RESOURCES}
    whole = mapping(spec, "resources")
    silent = tuple(text(body, "name") for _, body in rows(spec, "containers") if not _asks(body) and not _asks(spec))
    for resource in _RESOURCES:
        own = _amount(whole, resource)
        needs[resource] = (needs[resource] if own is None else own) + (
            quantity(mapping(spec, "overhead").get(resource)) or 0
        )
    return Resources(needs["cpu"], needs["memory"], silent)


def _need(spec: Mapping[str, Any], resource: str) -> Decimal:
    sidecars, highest = Decimal(0), Decimal(0)
    for _, body in rows(spec, "initContainers"):
        amount = _amount(mapping(body, "resources"), resource) or Decimal(0)
        if text(body, "restartPolicy") == "Always":
            sidecars += amount
            highest = max(highest, sidecars)
        else:
            highest = max(highest, sidecars + amount)
    together = sum(
        (_amount(mapping(b, "resources"), resource) or Decimal(0) for _, b in rows(spec, "containers")), sidecars
    )
    return max(together, highest)


def _amount(resources: Mapping[str, Any], resource: str) -> Decimal | None:
    asked = quantity(mapping(resources, "requests").get(resource))
    return quantity(mapping(resources, "limits").get(resource)) if asked is None else asked


def _asks(body: Mapping[str, Any]) -> bool:
    return any(_amount(mapping(body, "resources"), resource) is not None for resource in _RESOURCES)


def ready_seconds(template: Mapping[str, Any], min_ready: int) -> float:
    """The least time from a pod's start until it counts as available: the slowest container's probes, then
    minReadySeconds. Images and the program's own start come on top."""
    found = [_probed(body) for _, body in rows(template, "spec", "containers")]
    return float(max(found, default=0) + max(0, min_ready))


def _probed(body: Mapping[str, Any]) -> int:
    return max(_first_success(mapping(body, probe)) for probe in ("readinessProbe", "startupProbe"))


def _first_success(probe: Mapping[str, Any]) -> int:
    if not probe:
        return 0
    again = max(0, (integer(probe, "successThreshold") or 1) - 1)
    return max(0, integer(probe, "initialDelaySeconds") or 0) + again * max(1, integer(probe, "periodSeconds") or 10)
