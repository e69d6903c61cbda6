"""scaleDownDelaySeconds is set without traffic routing.

Why: Without a router the old pods go as the new ones come; there is nothing to delay and the controller refuses the
    field.
Fix: Remove scaleDownDelaySeconds, or add trafficRouting.
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
        if routing_of(canary) is None and canary.get("scaleDownDelaySeconds") is not None:
            yield Observation(rollout, (*CANARY, "scaleDownDelaySeconds"), "scaleDownDelaySeconds needs trafficRouting")


RULE = Rule(
    code="scale-down-delay-without-routing",
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
      scaleDownDelaySeconds: 60
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {scaleDownDelaySeconds: 60}}}
""",
)
