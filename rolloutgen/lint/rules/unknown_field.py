"""A field is not one that its object has.

Why: The API server refuses the object, or drops the field without a word: what it was to do does not happen.
Fix: Correct the spelling or the indentation; look at the field's place in the API reference.
Source: The schemas of Kubernetes and of the CRDs; `kubectl argo rollouts lint` refuses it in Rollouts, Services and
    Ingresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest, error in view.schema_errors("unknown-field"):
        yield Observation(manifest, error.at, error.message)


RULE = Rule(
    code="unknown-field",
    severity="error",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
spec: {minReadySeconds: 5}
""",
    bad="""
kind: Rollout
spec: {minReadySecond: 5}
""",
)
