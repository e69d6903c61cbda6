"""A value is not what its field takes.

Why: The API server refuses an object with a missing field, a wrong type, or a value outside of what the field allows.
Fix: Give the field what the message asks for; numbers and booleans without quotes, strings with them.
Source: The schemas of Kubernetes and of the CRDs.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_OTHERS = ("unknown-field", "null-in-custom-resource", "duplicate-list-key")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest, error in view.schema_errors():
        if error.code not in _OTHERS:
            yield Observation(manifest, error.at, error.message, cause=error.lint_code)


RULE = Rule(
    code="schema",
    severity="error",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
spec: {replicas: 3}
""",
    bad="""
kind: Rollout
spec: {replicas: "3"}
""",
)
