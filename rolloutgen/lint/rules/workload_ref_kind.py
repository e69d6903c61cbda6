"""A Rollout refers to a workload of a kind that has no pod template for it.

Why: workloadRef takes a Deployment or ReplicaSet of apps, or a PodTemplate.
Fix: Refer to one of those, or give the Rollout its own template.
Source: argo-rollouts templateref.go (infoByGroupKind); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KNOWN = frozenset({("apps", "Deployment"), ("apps", "ReplicaSet"), ("", "PodTemplate")})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        reference = dig(rollout.body, "spec", "workloadRef")
        if not isinstance(reference, Mapping):
            continue
        version, kind = text(reference, "apiVersion"), text(reference, "kind")
        if (version.rpartition("/")[0], kind) not in _KNOWN:
            yield Observation(
                rollout, ("spec", "workloadRef", "kind"), f"a workload of kind {version}/{kind} is not supported"
            )


RULE = Rule(
    code="workload-ref-kind",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: null, template: null, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
""",
    bad="""
kind: Rollout
spec: {selector: null, template: null, workloadRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}
""",
)
