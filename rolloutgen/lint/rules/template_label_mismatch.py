"""The selector of a workload does not match its own pod template.

Why: The pods that the workload makes would not be its own; the API server or the controller refuses it.
Fix: Give the pod template every label that spec.selector asks for.
Source: Kubernetes ValidatePodTemplateSpecForReplicaSet, used by argo-rollouts validation.go; `kubectl argo rollouts
    lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.selectors import selector_faults, selects
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS = frozenset({"Rollout", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        selector = mapping(pod.manifest.body, "spec", "selector")
        if pod.manifest.ref.kind in _KINDS and not any(selector_faults(selector)) and not selects(selector, pod.labels):
            at = (*pod.at, "metadata", "labels")
            yield Observation(pod.manifest, at, "the pod template's labels do not match spec.selector")


RULE = Rule(
    code="template-label-mismatch",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {metadata: {labels: {app: web, tier: front}}}}
""",
    bad="""
kind: Rollout
spec: {selector: {matchLabels: {app: other}}}
""",
)
