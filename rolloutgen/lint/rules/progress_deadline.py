"""A Rollout gives up before its pods can count as ready.

Why: progressDeadlineSeconds (600 when absent) must be greater than minReadySeconds, or no update could ever succeed.
Fix: Raise progressDeadlineSeconds or lower minReadySeconds.
Source: argo-rollouts validation.go (ValidateRolloutSpec); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        given = integer(rollout.body, "spec", "progressDeadlineSeconds")
        deadline = 600 if given is None else given
        ready = integer(rollout.body, "spec", "minReadySeconds") or 0
        if deadline <= ready:
            message = f"progressDeadlineSeconds ({deadline}) must be greater than minReadySeconds ({ready})"
            yield Observation(rollout, ("spec", "progressDeadlineSeconds"), message)


RULE = Rule(
    code="progress-deadline",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {minReadySeconds: 599}
""",
    bad="""
kind: Rollout
spec: {minReadySeconds: 600}
""",
)
