"""A number that counts something is below zero.

Why: The controller marks the Rollout InvalidSpec and does nothing with it.
Fix: Give 0 or more, or leave the field out for its default.
Source: argo-rollouts validation.go (ValidateRolloutSpec); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FIELDS = ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for name in _FIELDS:
            number = integer(rollout.body, "spec", name)
            if number is not None and number < 0:
                yield Observation(rollout, ("spec", name), f"{name} is {number}; it must not be negative")


RULE = Rule(
    code="negative-number",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {replicas: 0, minReadySeconds: 0, revisionHistoryLimit: 0}
""",
    bad="""
kind: Rollout
spec: {replicas: -1}
""",
)
