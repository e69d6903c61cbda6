"""A kind of object has no schema here, so nobody has checked its fields.

Why: Unchecked is not valid: a misspelt field of this object would be found on the cluster only.
Fix: Give the schema with --schema-location (a checkout of a CRDs catalogue will do).
Source: The schemas that come with this tool know Kubernetes, Argo Rollouts, Istio, cert-manager and a few more.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest, verdict in zip(view.objects, view.verdicts, strict=False):
        if verdict.state == "no-schema":
            yield Observation(manifest, ("kind",), f"{manifest.ref.api_version} {manifest.ref.kind} has no schema here")


RULE = Rule(
    code="no-schema",
    severity="info",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
""",
    bad="""
apiVersion: example.com/v1
kind: Mapping
""",
)
