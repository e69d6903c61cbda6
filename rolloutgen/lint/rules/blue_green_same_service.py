"""The active and the preview Service of a blue-green Rollout are the same.

Why: The controller points one Service at the new pods and the other at the old ones; with one Service for both (or
    none) it refuses.
Fix: Name two different Services, or leave previewService out.
Source: argo-rollouts validation.go (ValidateRolloutStrategyBlueGreen); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, blue_green_of
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        blue_green = blue_green_of(rollout)
        if blue_green is None:
            continue
        active = text(blue_green, "activeService")
        if active == text(blue_green, "previewService"):
            message = f"activeService and previewService are both {active!r}" if active else "activeService is missing"
            yield Observation(rollout, (*BLUE_GREEN, "activeService"), message)


RULE = Rule(
    code="blue-green-same-service",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {blueGreen: {activeService: web-active}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {blueGreen: {activeService: web-active, previewService: web-active}}}
""",
)
