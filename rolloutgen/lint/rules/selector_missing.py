"""A Rollout has no selector.

Why: Without spec.selector the controller cannot tell its pods from others and refuses the Rollout.
Fix: Add spec.selector.matchLabels with labels that the pod template carries; only a workloadRef does without.
Source: argo-rollouts validation.go (ValidateRolloutSpec); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        if dig(rollout.body, "spec", "workloadRef") is None and dig(rollout.body, "spec", "selector") is None:
            yield Observation(rollout, ("spec", "selector"), "spec.selector is missing")


RULE = Rule(
    code="selector-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: {matchLabels: {app: web}}}
""",
    bad="""
kind: Rollout
spec: {selector: null}
""",
)
