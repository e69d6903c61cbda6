"""The number of pods changes, or what an autoscaler makes of it.

Why: Where an autoscaler steers `replicas`, a number in the chart is written at every deployment that changes it and
    taken back by the autoscaler some seconds later; in between capacity is missing or too much. Without one the
    number holds, whatever ran before.
Fix: Keep the number of the chart within the autoscaler's bounds, or leave it to the autoscaler.
Source: The house guide; kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code
from rolloutgen.kube.references import names
from rolloutgen.kube.release import DEPLOYMENT, HPA, ROLLOUT, SCALED_OBJECT, Kind, ReleaseView
from rolloutgen.kube.tree import integer
from rolloutgen.model import Manifest, Observation, Path

Bounds = tuple[int, int]
_FIELDS: Mapping[Kind, tuple[Path, Path, int, int]] = {
    HPA: (("spec", "minReplicas"), ("spec", "maxReplicas"), 1, 1),
    SCALED_OBJECT: (("spec", "minReplicaCount"), ("spec", "maxReplicaCount"), 0, 100),
}


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for old, new in sides.pairs(ROLLOUT, DEPLOYMENT):
        if old.ref.kind != new.ref.kind:
            continue
        was, now = _scaler(sides.before, old), _scaler(sides.after, new)
        before, after = integer(old.body, "spec", "replicas"), integer(new.body, "spec", "replicas")
        yield from _bounds(new, was, now, after)
        # A chart that takes the live number by `lookup` renders the autoscaler's minimum where there is no cluster.
        by_lookup = was and now and (before, after) == (was[1][0], now[1][0])
        if before != after and not by_lookup:
            yield from _number(new, before, after, now)


def _bounds(
    workload: Manifest, was: tuple[str, Bounds] | None, now: tuple[str, Bounds] | None, replicas: int | None
) -> Iterator[Observation]:
    if was and not now:
        pods = 1 if replicas is None else replicas
        kept = f"`spec.replicas` {code(pods)} holds from now on, where up to {was[1][1]} pods may run"
        yield Observation(workload, (), f"{was[0]} goes: {kept}", severity="warning")
    if not now:
        return
    if was and was[1] != now[1]:
        yield Observation(
            workload, (), f"{now[0]} keeps {_range(now[1])} pods, before {_range(was[1])}: {_effect(was[1], now[1])}"
        )
    elif not was:
        yield Observation(workload, (), f"{now[0]} is new and keeps {_range(now[1])} pods")
    if was != now and replicas is not None and not now[1][0] <= replicas <= now[1][1]:
        message = f"`spec.replicas` {code(replicas)} lies outside {_range(now[1])}: it is written, then taken back"
        yield Observation(workload, ("spec", "replicas"), message, severity="warning")


def _number(
    workload: Manifest, before: int | None, after: int | None, now: tuple[str, Bounds] | None
) -> Iterator[Observation]:
    change = (
        f"`spec.replicas` {code('none' if before is None else before)} -> {code('none' if after is None else after)}"
    )
    if after == 0:
        yield Observation(workload, ("spec", "replicas"), f"{change}: no pod is left", severity="warning")
    elif now is not None:
        message = f"{change}: written once, then {now[0]} sets its own number"
        yield Observation(workload, ("spec", "replicas"), message, severity="warning")
    else:
        yield Observation(workload, ("spec", "replicas"), f"{change}: pods come or go at once, without a canary")


def _scaler(view: ReleaseView, workload: Manifest) -> tuple[str, Bounds] | None:
    for kind, (low, high, least, most) in _FIELDS.items():
        for scaler in view.all(kind):
            if names(scaler, workload.ref, view.release.namespace):
                minimum, maximum = integer(scaler.body, *low), integer(scaler.body, *high)
                bounds = (least if minimum is None else minimum, most if maximum is None else maximum)
                return code(scaler.ref), bounds
    return None


def _range(bounds: Bounds) -> str:
    return f"{bounds[0]} to {bounds[1]}"


def _effect(was: Bounds, now: Bounds) -> str:
    parts = []
    if now[0] > was[0]:
        parts.append(f"fewer than {now[0]} become {now[0]} at once")
    if now[1] < was[1]:
        parts.append(f"more than {now[1]} become {now[1]} at once")
    return ", ".join(parts) or "no pod changes by that alone"


_BEFORE = """
kind: Rollout
spec: {replicas: 2}
---
kind: HorizontalPodAutoscaler
spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}
"""

IMPACT = Impact(
    code="replicas-bounds",
    severity="info",
    observe=_observe,
    example=ImpactExample(
        _BEFORE,
        _BEFORE.replace("minReplicas: 2", "minReplicas: 3"),
        ("keeps 3 to 5 pods, before 2 to 5", "fewer than 3 become 3"),
    ),
    counterexample=ImpactExample(
        _BEFORE, _BEFORE.replace("spec: {minReplicas", "metadata: {labels: {a: b}}\nspec: {minReplicas")
    ),
)
