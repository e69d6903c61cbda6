"""A blue-green Rollout keeps more old ReplicaSets running than it remembers.

Why: scaleDownDelayRevisionLimit above revisionHistoryLimit (10 when absent) can never be reached; the controller
    refuses it.
Fix: Lower scaleDownDelayRevisionLimit or raise revisionHistoryLimit.
Source: argo-rollouts validation.go (ValidateRolloutStrategyBlueGreen); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import BLUE_GREEN, blue_green_of
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        limit = integer(blue_green_of(rollout), "scaleDownDelayRevisionLimit")
        given = integer(rollout.body, "spec", "revisionHistoryLimit")
        history = 10 if given is None else given
        if limit is not None and history < limit:
            message = f"scaleDownDelayRevisionLimit ({limit}) is above revisionHistoryLimit ({history})"
            yield Observation(rollout, (*BLUE_GREEN, "scaleDownDelayRevisionLimit"), message)


RULE = Rule(
    code="scale-down-limit",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {blueGreen: {activeService: web-active, scaleDownDelayRevisionLimit: 10}}}
""",
    bad="""
kind: Rollout
spec: {revisionHistoryLimit: 1, strategy: {blueGreen: {activeService: web-active, scaleDownDelayRevisionLimit: 2}}}
""",
)
