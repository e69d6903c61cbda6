"""The steps of a canary change.

Why: New steps hold from the next rollout on. Where a canary is in flight while they are deployed, the controller sees
    other steps than it began with and starts over at the first one.
Fix: Deploy changed steps while no canary is in flight, or count on its starting over.
Source: PodTemplateOrStepsChanged and ResetCurrentStepIndex in the source of Argo Rollouts 1.10.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.kube.pods import same
from rolloutgen.kube.release import ROLLOUT
from rolloutgen.kube.strategy import CANARY, canary_of
from rolloutgen.kube.tree import rows
from rolloutgen.model import Manifest, Observation


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(ROLLOUT):
        old, new = change.before, change.after
        if old is None or new is None or old.ref.kind != "Rollout" or not change.touches(*CANARY, "steps"):
            continue
        before, after = _steps(old), _steps(new)
        yield Observation(
            new, (*CANARY, "steps"), f"the steps change: {_difference(before, after)}; {_when(sides, old, new)}"
        )


def _when(sides: ReleaseChange, old: Manifest, new: Manifest) -> str:
    before, after = sides.before.pod_of(old), sides.after.pod_of(new)
    if before and after and not same(before.body, after.body):
        return "the canary of this change goes through the new ones"
    return "they hold from the next rollout on, and a canary in flight starts over at the first"


def _steps(rollout: Manifest) -> list[str]:
    return [json.dumps(step, sort_keys=True, default=str) for _, step in rows(canary_of(rollout) or {}, "steps")]


def _difference(before: list[str], after: list[str]) -> str:
    if not before or not after:
        return f"{len(before)} -> {len(after)} steps"
    if len(before) != len(after):
        return f"{len(before)} -> {len(after)} steps"
    places = [
        f"step {number} {code(old)} -> {code(new)}"
        for number, (old, new) in enumerate(zip(before, after, strict=True), 1)
        if old != new
    ]
    return listed(places, 3)


_BEFORE = """
kind: Rollout
spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}]}}}
"""

IMPACT = Impact(
    code="steps-changed",
    severity="info",
    order=3,
    observe=_observe,
    example=ImpactExample(
        _BEFORE, _BEFORE.replace("10", "20"), ("step 1", '`{"setWeight": 20}`', "from the next rollout on")
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("canary: {", "canary: {maxSurge: 1, ")),
)
