"""A Rollout names a Service that the release does not render.

Why: Without the Service the controller marks the Rollout InvalidSpec until it exists.
Fix: Render the Service, correct the name, or make sure that it exists in the namespace before.
Source: argo-rollouts controller.go (getReferencedServices); `kubectl argo rollouts lint` passes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import SERVICE, ReleaseView
from rolloutgen.kube.strategy import service_names
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for at, name in service_names(rollout):
            if view.beside(rollout, SERVICE, name) is None:
                message = (
                    f"Service {name!r} is not in the release: it must exist in namespace {view.namespace(rollout)}"
                )
                yield Observation(rollout, at, message)


RULE = Rule(
    code="service-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {blueGreen: {activeService: web-active, previewService: other}}}
""",
)
