"""The pods of a workload have a deadline.

Why: activeDeadlineSeconds would kill pods that are to run for ever; the controller refuses it.
Fix: Remove activeDeadlineSeconds, or make it a Job.
Source: Kubernetes ValidatePodTemplateSpecForReplicaSet, used by argo-rollouts validation.go; `kubectl argo rollouts
    lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS = frozenset({"Rollout", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        if pod.manifest.ref.kind in _KINDS and dig(pod.body, "spec", "activeDeadlineSeconds") is not None:
            at = (*pod.at, "spec", "activeDeadlineSeconds")
            yield Observation(
                pod.manifest, at, f"activeDeadlineSeconds is not for the pods of a {pod.manifest.ref.kind}"
            )


RULE = Rule(
    code="active-deadline",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {terminationGracePeriodSeconds: 60}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {activeDeadlineSeconds: 60}}}
""",
)
