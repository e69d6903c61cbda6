"""A canary step does two things at once.

Why: A step is one of the eight kinds. The controller refuses two of setWeight, pause, experiment and analysis in one
    step; of the others it silently acts on some only.
Fix: Write two steps, each with its own dash.
Source: argo-rollouts validation.go (hasMultipleStepsType), which counts four kinds only; `kubectl argo rollouts lint`
    refuses those.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import STEP_KINDS, canaries, steps
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_COUNTED = ("setWeight", "pause", "experiment", "analysis")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for at, step in steps(canary):
            kinds = [kind for kind in STEP_KINDS if step.get(kind) is not None]
            if len(kinds) > 1:
                refused = sum(kind in _COUNTED for kind in kinds) > 1
                message = f"one step has {', '.join(kinds)}: each needs a step of its own"
                yield Observation(rollout, at, message, "error" if refused else "warning")


RULE = Rule(
    code="several-step-kinds",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setWeight: 10, pause: {}}]}}}
""",
)
