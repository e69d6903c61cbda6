"""The stable and the canary Service are the same.

Why: The controller gives each its own pods; with one Service for both it refuses the Rollout.
Fix: Render two Services and name one in stableService, the other in canaryService.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        stable = text(canary, "stableService")
        if stable and stable == text(canary, "canaryService"):
            yield Observation(
                rollout, (*CANARY, "stableService"), f"stableService and canaryService are both {stable!r}"
            )


RULE = Rule(
    code="stable-is-canary",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-stable}}}
""",
)
