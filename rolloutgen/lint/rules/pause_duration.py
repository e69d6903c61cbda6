"""The duration of a pause is not one.

Why: The controller reads whole seconds or Go's units ns, us, ms, s, m, h; "1d", "1.5" and negative ones are refused.
Fix: Write 24h instead of 1d, 90s instead of 1.5; `pause: {}` waits for a person.
Source: argo-rollouts types.go (DurationSeconds), validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.durations import seconds as seconds_of
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import steps_of
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, _, at, pause in steps_of(view, "pause"):
        value = dig(pause, "duration")
        if value is not None and not _fits(value):
            yield Observation(
                rollout, (*at, "duration"), f"{value!r} is not a duration: whole seconds, or s, m, h (90s, 24h)"
            )


def _fits(value: object) -> bool:
    if isinstance(value, str):
        if re.fullmatch(r"[+-]?\d+", value):
            return int(value) >= 0
        seconds = seconds_of(value)
        # Go cuts to whole seconds towards zero before it compares.
        return seconds is not None and seconds > -1
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # YAML's 60.0 is JSON's 60
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


RULE = Rule(
    code="pause-duration",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {steps: [{pause: {duration: 60}}, {pause: {duration: "60"}}, {pause: {duration: 1h30m}}, {pause: {}}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{pause: {duration: 1d}}]}}}
""",
)
