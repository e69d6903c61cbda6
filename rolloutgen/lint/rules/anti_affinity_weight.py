"""The weight of a preferred anti-affinity is out of range.

Why: Kubernetes and the controller take weights from 1 to 100.
Fix: Give a weight from 1 to 100.
Source: argo-rollouts validation.go (ValidateRolloutStrategyAntiAffinity); `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, CANARY, blue_green_of, canary_of
from rolloutgen.kube.tree import dig, integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FIELD = ("antiAffinity", "preferredDuringSchedulingIgnoredDuringExecution")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for at, strategy in ((CANARY, canary_of(rollout)), (BLUE_GREEN, blue_green_of(rollout))):
            preferred = dig(strategy, *_FIELD)
            if not isinstance(preferred, Mapping):
                continue
            weight = integer(preferred, "weight") or 0
            if not 1 <= weight <= 100:
                yield Observation(rollout, (*at, *_FIELD, "weight"), f"weight is {weight}; it must be from 1 to 100")


RULE = Rule(
    code="anti-affinity-weight",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {antiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: {weight: 100}}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {antiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: {weight: 101}}}}}
""",
)
