"""dynamicStableScale and scaleDownDelaySeconds are both set.

Why: One lets the stable pods go during the update, the other keeps them after it; the controller refuses both
    together.
Fix: Remove one of them.
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
        delayed = canary.get("scaleDownDelaySeconds") is not None
        if routing_of(canary) is not None and delayed and canary.get("dynamicStableScale") is True:
            at = (*CANARY, "dynamicStableScale")
            yield Observation(rollout, at, "dynamicStableScale cannot be used with scaleDownDelaySeconds")


RULE = Rule(
    code="dynamic-stable-scale-with-delay",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      dynamicStableScale: true
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      dynamicStableScale: true
      scaleDownDelaySeconds: 60
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
""",
)
