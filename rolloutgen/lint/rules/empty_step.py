"""A canary step does nothing.

Why: A step without any of the eight kinds is refused; often it is a `pause:` without braces, which is null.
Fix: Write `pause: {}` for a pause without end, or remove the step.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import STEP_KINDS, canaries, steps
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for at, step in steps(canary):
            if all(step.get(kind) is None for kind in STEP_KINDS):
                null = next((kind for kind in STEP_KINDS if kind in step), "")
                reason = f"{null} is null" if null else "nothing is set"
                yield Observation(rollout, at, f"the step is empty: {reason}")


RULE = Rule(
    code="empty-step",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {steps: [{pause: {}}]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{}]}}}
""",
)
