"""A step's weight is out of range.

Why: setWeight goes from 0 to 100, or to maxTrafficWeight where one is set.
Fix: Give a weight in that range.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import steps_of
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, value in steps_of(view, "setWeight"):
        most, weight = integer(canary, "trafficRouting", "maxTrafficWeight"), integer(value)
        if weight is not None and not 0 <= weight <= (100 if most is None else most):
            yield Observation(rollout, at, f"setWeight {weight} is not between 0 and {100 if most is None else most}")


RULE = Rule(
    code="step-weight-range",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setWeight: 0}, {setWeight: 100}]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setWeight: 101}]}}}
""",
)
