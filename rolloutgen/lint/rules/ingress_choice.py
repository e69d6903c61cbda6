"""The nginx or ALB router has no Ingress, or is told twice.

Why: nginx takes stableIngress or stableIngresses, ALB ingress or ingresses: exactly one of the two; the controller
    refuses the Rollout otherwise.
Fix: Keep the singular field for one Ingress, the plural one for several.
Source: argo-rollouts validation_references.go (ValidateRolloutNginxIngressesConfig,
    ValidateRolloutAlbIngressesConfig); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routing_of
from rolloutgen.kube.tree import dig, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FIELDS = {"nginx": ("stableIngress", "stableIngresses"), "alb": ("ingress", "ingresses")}


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for router, (one, several) in _FIELDS.items():
            block = dig(routing_of(canary), router)
            if isinstance(block, Mapping) and bool(text(block, one)) == (block.get(several) is not None):
                which = "both are" if text(block, one) else "neither is"
                yield Observation(rollout, (*ROUTING, router), f"{router} needs {one} or {several}; {which} there")


RULE = Rule(
    code="ingress-choice",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngresses: [web]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {}}}}}
""",
)
