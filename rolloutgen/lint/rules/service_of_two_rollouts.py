"""Two Rollouts use one Service.

Why: The controller points a Service at the pods of one Rollout; the second Rollout that names it is refused.
Fix: Give each Rollout its own Services.
Source: argo-rollouts validation_references.go (ValidateService); `kubectl argo rollouts lint` means to say it and
    does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rolloutgen.kube.release import SERVICE, ReleaseView
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_OWNER = "argo-rollouts.argoproj.io/managed-by-rollouts"


def _faults(view: ReleaseView) -> Iterator[Observation]:
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rollout in view.rollouts:
        for at, name in service_names(rollout):
            key = (view.namespace(rollout), name)
            others = [user for user in users[key] if user != rollout.ref.name]
            service = view.beside(rollout, SERVICE, name)
            owner = text(service.body, "metadata", "annotations", _OWNER) if service else ""
            if owner and owner != rollout.ref.name:
                others.append(owner)
            if others:
                yield Observation(rollout, at, f"Service {name!r} belongs to Rollout {others[0]!r}")
            users[key].append(rollout.ref.name)


RULE = Rule(
    code="service-of-two-rollouts",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Service
metadata: {name: web-stable, annotations: {argo-rollouts.argoproj.io/managed-by-rollouts: other}}
""",
)
