"""dynamicStableScale is set without traffic routing.

Why: The stable pods can only shrink with their share of the traffic when a router gives them one.
Fix: Remove dynamicStableScale, or add trafficRouting.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries, routing_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        if routing_of(canary) is None and canary.get("dynamicStableScale") is True:
            yield Observation(rollout, (*CANARY, "dynamicStableScale"), "dynamicStableScale needs trafficRouting")


RULE = Rule(
    code="dynamic-stable-scale-without-routing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {dynamicStableScale: false}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {dynamicStableScale: true}}}
""",
)
