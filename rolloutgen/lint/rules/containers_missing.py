"""A pod template has no container.

Why: Kubernetes refuses pods without containers.
Fix: Add spec.template.spec.containers; look for a condition or a loop in the template that yields nothing.
Source: Kubernetes ValidatePodSpec, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        if not listing(pod.body, "spec", "containers"):
            yield Observation(pod.manifest, (*pod.at, "spec", "containers"), "the pod template has no containers")


RULE = Rule(
    code="containers-missing",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: []}}}
""",
)
