"""Two entries of a list have the same key.

Why: The API server refuses the object. Two variables of one name, or two ports of one number and protocol in a
    container, it refuses in a Rollout at every apply, though a Deployment takes them.
Fix: Remove one of the two; often a default of the chart and a user's extra value meet.
Source: rollout-crd.yaml (x-kubernetes-list-map-keys, x-kubernetes-list-type: set); seen on an API server.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest, error in view.schema_errors("duplicate-list-key"):
        yield Observation(manifest, error.at, error.message)


RULE = Rule(
    code="duplicate-list-key",
    severity="error",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{name: A, value: x}, {name: B, value: x}]}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{name: A, value: b}, {name: A, value: c}]}]}}}
""",
)
