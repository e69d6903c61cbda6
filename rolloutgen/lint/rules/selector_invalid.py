"""A selector is not a label selector that Kubernetes accepts.

Why: A key, value or operator that Kubernetes refuses makes the Rollout InvalidSpec.
Fix: Use label keys and values of at most 63 letters, digits, "-", "_", "."; In and NotIn take values, Exists and
    DoesNotExist take none.
Source: argo-rollouts validation.go (ValidateLabelSelector, LabelSelectorAsSelector); `kubectl argo rollouts lint`
    refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.selectors import selector_faults
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        if dig(rollout.body, "spec", "workloadRef") is None:
            for at, reason in selector_faults(mapping(rollout.body, "spec", "selector")):
                yield Observation(rollout, ("spec", "selector", *at), f"the selector is invalid: {reason}")


RULE = Rule(
    code="selector-invalid",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  selector:
    matchExpressions: [{key: app, operator: In, values: [web]}, {key: old, operator: DoesNotExist}]
""",
    bad="""
kind: Rollout
spec: {selector: {matchExpressions: [{key: app, operator: In}]}}
""",
)
