"""A field of a custom resource is null.

Why: Server-side apply refuses nulls in a Rollout, VirtualService or other custom resource, though a Deployment takes
    them; a client-side apply drops them. They come from a key whose body renders to nothing.
Fix: Move the key inside the condition of its body ({{- with .Values.env }} above env:), or quote a value that may be
    empty.
Source: Seen on an API server. An error where Helm 4 deploys.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation, Severity


def _faults(view: ReleaseView) -> Iterator[Observation]:
    severity: Severity = "error" if view.deployer == "helm4" else "warning"
    for manifest, error in view.schema_errors("null-in-custom-resource"):
        yield Observation(manifest, error.at, error.message, severity)


RULE = Rule(
    code="null-in-custom-resource",
    severity="warning",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: []}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: null}]}}}
""",
)
