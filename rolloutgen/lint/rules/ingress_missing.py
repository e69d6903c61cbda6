"""A Rollout names an Ingress that the release does not render.

Why: Without the Ingress the controller marks the Rollout InvalidSpec until it exists.
Fix: Render the Ingress, correct the name, or make sure that it exists in the namespace before.
Source: argo-rollouts controller.go (getReferencedIngresses); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.references import find_named, references_of
from rolloutgen.kube.release import INGRESS, ReleaseView
from rolloutgen.kube.strategy import canaries
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, _ in canaries(view):
        for found in references_of(rollout, INGRESS):
            if find_named(view, found) is None:
                message = f"Ingress {found.name!r} is not in the release: it must exist in namespace "
                yield Observation(rollout, found.at, f"{message}{view.namespace(rollout)}")


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
