"""The pod template of a Rollout has a name, a namespace or a creationTimestamp.

Why: The CRD does not declare them: server-side apply refuses the Rollout, other applies drop them with a warning. A
    Deployment takes them.
Fix: Remove them from spec.template.metadata.
Source: rollout-crd.yaml; seen on an API server. An error where Helm 4 deploys.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation, Severity


def _faults(view: ReleaseView) -> Iterator[Observation]:
    severity: Severity = "error" if view.deployer == "helm4" else "warning"
    for rollout in view.rollouts:
        for field in ("name", "namespace", "creationTimestamp"):
            if field in mapping(rollout.body, "spec", "template", "metadata"):
                at = ("spec", "template", "metadata", field)
                yield Observation(rollout, at, f"{field} is not for the pod template of a Rollout", severity)


RULE = Rule(
    code="template-metadata",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {template: {metadata: {annotations: {a: b}}}}
""",
    bad="""
kind: Rollout
spec: {template: {metadata: {name: web}}}
""",
)
