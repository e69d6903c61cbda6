"""A step sets the canary's scale without traffic routing.

Why: Without a router the number of canary pods is the weight; setCanaryScale would contradict it and is refused.
Fix: Use setWeight, or add trafficRouting.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routing_of, steps_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, _ in steps_of(view, "setCanaryScale"):
        if routing_of(canary) is None:
            yield Observation(rollout, at, "setCanaryScale needs trafficRouting")


RULE = Rule(
    code="canary-scale-without-routing",
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
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setCanaryScale: {replicas: 1}}, {setCanaryScale: {matchTrafficWeight: true}}, {setWeight: 50}]
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{setCanaryScale: {replicas: 1}}]}}}
""",
)
