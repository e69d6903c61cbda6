"""A canary may neither add pods nor take any away.

Why: With maxSurge and maxUnavailable both 0 no pod could ever be replaced; the controller refuses it, with traffic
    routing too.
Fix: Give one of them a value above 0 (25% is the default of both).
Source: argo-rollouts validation.go (invalidMaxSurgeMaxUnavailable); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.quantities import percent_or_int
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        surge, unavailable = (percent_or_int(canary.get(field)) for field in ("maxSurge", "maxUnavailable"))
        if surge == 0 and unavailable == 0:
            yield Observation(rollout, (*CANARY, "maxSurge"), "maxSurge and maxUnavailable are both 0")


RULE = Rule(
    code="no-surge-no-unavailable",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {maxSurge: 0}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {maxSurge: 0, maxUnavailable: 0}}}
""",
)
