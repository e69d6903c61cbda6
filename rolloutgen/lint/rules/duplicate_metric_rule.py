"""A metric has two dry-run or two retention rules.

Why: dryRun and measurementRetention name each metric once, over the Rollout and all templates of the analysis.
Fix: Remove one of the two entries.
Source: argo-rollouts utils/analysis/helpers.go (validateDryRunMetrics, validateMeasurementRetentionMetrics); `kubectl
    argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rolloutgen.kube.analysis import resolve, templates, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for field in ("dryRun", "measurementRetention"):
            for name in _twice(_names(template.body, "spec", field)):
                yield Observation(template, ("spec", field), f"two {field} rules are for metric {name!r}")
    for use in uses(view):
        found = resolve(view, use)[0]
        for field in ("dryRun", "measurementRetention"):
            names = _names(use.body, field)
            for template in found:
                names += sorted(set(_names(template.body, "spec", field)))
            for name in _twice(names):
                yield Observation(use.rollout, (*use.at, field), f"two {field} rules are for metric {name!r}")


def _names(value: Any, *path: str) -> list[str]:
    return [text(rule, "metricName") for _, rule in rows(value, *path)]


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


RULE = Rule(
    code="duplicate-metric-rule",
    severity="error",
    kinds=("Rollout", "AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web}], dryRun: [{metricName: up}]}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web}], dryRun: [{metricName: up}, {metricName: up}]}}}}
""",
)
