"""A Rollout has both a workloadRef and a pod template of its own.

Why: With workloadRef the pod template comes from the named workload; the controller refuses a second one.
Fix: Remove spec.template, or remove spec.workloadRef.
Source: argo-rollouts validation.go, templateref.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        metadata = mapping(rollout.body, "spec", "template", "metadata")
        if dig(rollout.body, "spec", "workloadRef") is None:
            continue
        if mapping(metadata, "labels") or mapping(metadata, "annotations"):
            yield Observation(rollout, ("spec", "template"), "spec.template stands beside spec.workloadRef")


RULE = Rule(
    code="template-beside-workload-ref",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: null, template: null, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
""",
    bad="""
kind: Rollout
spec: {selector: null, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
""",
)
