"""The anti-affinity of a Rollout has no kind, or both.

Why: antiAffinity takes exactly one of preferred- and requiredDuringSchedulingIgnoredDuringExecution.
Fix: Keep one of the two.
Source: argo-rollouts validation.go (ValidateRolloutStrategyAntiAffinity); `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, CANARY, blue_green_of, canary_of
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for at, strategy in ((CANARY, canary_of(rollout)), (BLUE_GREEN, blue_green_of(rollout))):
            choice = dig(strategy, "antiAffinity")
            if isinstance(choice, Mapping) and (choice.get(_PREFERRED) is None) == (choice.get(_REQUIRED) is None):
                yield Observation(
                    rollout, (*at, "antiAffinity"), "antiAffinity needs exactly one of preferred... and required..."
                )


RULE = Rule(
    code="anti-affinity-choice",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {antiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {antiAffinity: {}}}}
""",
)
