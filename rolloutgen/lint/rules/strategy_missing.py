"""A Rollout has no strategy.

Why: The controller needs spec.strategy.canary or spec.strategy.blueGreen; a Deployment's rollingUpdate is not one.
Fix: Add `canary: {}` or a blueGreen block.
Source: argo-rollouts validation.go (ValidateRolloutStrategy); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, CANARY
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        if dig(rollout.body, *CANARY) is None and dig(rollout.body, *BLUE_GREEN) is None:
            yield Observation(rollout, ("spec", "strategy"), "spec.strategy has neither canary nor blueGreen")


RULE = Rule(
    code="strategy-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {}}
""",
)
