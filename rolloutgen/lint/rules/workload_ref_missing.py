"""A Rollout refers to a workload that the release does not render.

Why: Without the workload the Rollout has no pod template: the controller calls it invalid until the workload exists.
Fix: Render the workload, correct the name, or make sure that it exists in the namespace before.
Source: argo-rollouts templateref.go (Resolve); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.references import find_named, references_of
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KNOWN = frozenset({("apps", "Deployment"), ("apps", "ReplicaSet"), ("", "PodTemplate")})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for found in references_of(rollout, *_KNOWN):
            if find_named(view, found) is None:
                message = f"{found.kind[1]} {found.name!r} is not in the release: it must exist in namespace "
                yield Observation(rollout, found.at, f"{message}{view.namespace(rollout)}")


RULE = Rule(
    code="workload-ref-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: null, template: null, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
""",
    bad="""
kind: Rollout
spec: {selector: null, template: null, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: other}}
""",
)
