"""A Rollout names an Ingress that the release does not render.

Why: Without the Ingress the controller marks the Rollout InvalidSpec until it exists.
Fix: Render the Ingress, correct the name, or make sure that it exists in the namespace before.
Source: argo-rollouts controller.go (getReferencedIngresses); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import INGRESSES, ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries
from rolloutgen.kube.tree import listing, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FIELDS = {"nginx": ("stableIngress", "stableIngresses"), "alb": ("ingress", "ingresses")}


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        for router, (one, several) in _FIELDS.items():
            at = (*ROUTING, router)
            names = [((*at, one), text(canary, "trafficRouting", router, one))]
            many = listing(canary, "trafficRouting", router, several)
            names += [((*at, several, index), name) for index, name in enumerate(many) if isinstance(name, str)]
            for path, name in names:
                if name and not any(view.beside(rollout, kind, name) for kind in INGRESSES):
                    message = f"Ingress {name!r} is not in the release: it must exist in namespace "
                    yield Observation(rollout, path, f"{message}{view.namespace(rollout)}")


RULE = Rule(
    code="ingress-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: web}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: other}}}
""",
)
