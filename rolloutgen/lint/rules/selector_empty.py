"""A selector selects everything.

Why: An empty selector would claim every pod of the namespace; the controller refuses it.
Fix: Name at least one label of the pod template in spec.selector.matchLabels.
Source: argo-rollouts validation.go (ValidateRolloutSpec); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import dig, listing, mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        selector = dig(rollout.body, "spec", "selector")
        if dig(rollout.body, "spec", "workloadRef") is not None or not isinstance(selector, Mapping):
            continue
        if not mapping(selector, "matchLabels") and not listing(selector, "matchExpressions"):
            yield Observation(rollout, ("spec", "selector"), "the selector is empty: it would match every pod")


RULE = Rule(
    code="selector-empty",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: {matchLabels: {app: web}}}
""",
    bad="""
kind: Rollout
spec: {selector: {matchLabels: null}}
""",
)
