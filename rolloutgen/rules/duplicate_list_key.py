"""Two entries of a list have the same key.

Why: Two variables of one name, or two ports of one number and protocol in a container: the API server refuses them in
    a Rollout at every apply, though a Deployment takes them.
Fix: Remove one of the two; often a default of the chart and a user's extra value meet.
Source: rollout-crd.yaml (x-kubernetes-list-map-keys); seen on an API server. A warning in Kubernetes' own kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.objects.release import ReleaseView
from rolloutgen.validation.rule import Fault, Rule


def _faults(view: ReleaseView) -> Iterator[Fault]:
    for manifest, error in view.schema_errors("duplicate-list-key"):
        custom = "." in manifest.ref.group and not manifest.ref.group.endswith(".k8s.io")
        yield Fault(manifest, error.at, error.message, "error" if custom else "warning")


RULE = Rule(
    id="duplicate-list-key",
    severity="error",
    check=_faults,
    good=(
        """
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{name: A, value: x}, {name: B, value: x}]}]}}}
""",
    ),
    bad=(
        """
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{name: A, value: b}, {name: A, value: c}]}]}}}
""",
    ),
)
