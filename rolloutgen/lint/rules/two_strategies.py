"""A Rollout has two strategies.

Why: canary and blueGreen exclude each other; the controller does nothing with such a Rollout.
Fix: Remove one of them.
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
        if dig(rollout.body, *CANARY) is not None and dig(rollout.body, *BLUE_GREEN) is not None:
            yield Observation(rollout, ("spec", "strategy"), "spec.strategy has both canary and blueGreen")


RULE = Rule(
    code="two-strategies",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {blueGreen: {activeService: web-active, previewService: web-preview}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {}, blueGreen: {activeService: web-active}}}
""",
)
