"""The Istio router has no VirtualService, or is told twice.

Why: It takes virtualService or virtualServices, exactly one of the two; the controller refuses the Rollout otherwise.
Fix: Keep virtualService for one, virtualServices for several.
Source: argo-rollouts validation_references.go (ValidateRolloutVirtualServicesConfig); `kubectl argo rollouts lint`
    does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import ISTIO, istio_of
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import canaries
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        istio = istio_of(canary)
        if istio is None:
            continue
        one, several = istio.get("virtualService") is not None, istio.get("virtualServices") is not None
        if one == several:
            which = "both are" if one else "neither is"
            yield Observation(rollout, ISTIO, f"istio needs virtualService or virtualServices; {which} there")


RULE = Rule(
    code="virtual-service-choice",
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
      trafficRouting: {istio: {virtualServices: [{name: web, routes: [primary]}]}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {istio: {}}}}}
""",
)
