"""An analysis has no metrics.

Why: An AnalysisRun without metrics fails at once, and with it the update.
Fix: Name a template that has metrics, or remove the analysis.
Source: argo-rollouts utils/analysis/factory.go (ValidateMetrics), when the analysis runs; `kubectl argo rollouts
    lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import resolve, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for use in uses(view):
        found, missing = resolve(view, use)
        if not missing and not any(listing(template.body, "spec", "metrics") for template in found):
            yield Observation(use.rollout, (*use.at, "templates"), "the analysis has no metrics")


RULE = Rule(
    code="metrics-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web}]}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{analysis: {templates: []}}]}}}
""",
)
