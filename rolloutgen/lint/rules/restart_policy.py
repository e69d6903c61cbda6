"""The pods of a workload may end for good.

Why: Pods that a Rollout, Deployment, StatefulSet or DaemonSet runs must restart: only `Always` is accepted.
Fix: Remove restartPolicy from the pod template, or make it a Job.
Source: Kubernetes ValidatePodTemplateSpecForReplicaSet, used by argo-rollouts validation.go; `kubectl argo rollouts
    lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS = frozenset({"Rollout", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        policy = text(pod.body, "spec", "restartPolicy")
        if pod.manifest.ref.kind in _KINDS and policy not in ("", "Always"):
            at = (*pod.at, "spec", "restartPolicy")
            yield Observation(
                pod.manifest, at, f"restartPolicy is {policy}; a {pod.manifest.ref.kind} takes Always only"
            )


RULE = Rule(
    code="restart-policy",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {restartPolicy: Always}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {restartPolicy: OnFailure}}}
""",
)
