"""The limits of a metric contradict each other or are negative.

Why: An AnalysisRun with such a metric fails at once: count must be at least failureLimit + consecutiveSuccessLimit
    and at least inconclusiveLimit, none is negative (failureLimit -1 means no limit), and not both failureLimit and
    consecutiveSuccessLimit are off.
Fix: Lower the limits or raise count.
Source: argo-rollouts utils/analysis/factory.go (ValidateMetric), when the analysis runs; `kubectl argo rollouts lint`
    does not look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rolloutgen.kube.analysis import TAG, metrics, templates
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FIELDS = ("count", "failureLimit", "consecutiveSuccessLimit", "inconclusiveLimit", "consecutiveErrorLimit")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for at, metric in metrics(template):
            if any(TAG.search(text(metric, field)) for field in _FIELDS):
                continue
            reason = _reason(*(_number(metric.get(field)) for field in _FIELDS))
            if reason:
                yield Observation(template, at, f"metric {text(metric, 'name')!r}: {reason}")


def _number(value: Any) -> int:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[+-]?\d+", value) else 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _reason(count: int, failures: int, successes: int, inconclusive: int, errors: int) -> str:
    if successes < 0 or inconclusive < 0 or errors < 0 or failures < -1:
        return "a limit is negative"
    if successes == 0 and failures == -1:
        return "failureLimit and consecutiveSuccessLimit are both switched off"
    if count > 0 and count < max(failures, 0) + successes:
        return f"count {count} is less than failureLimit + consecutiveSuccessLimit ({max(failures, 0)} + {successes})"
    if 0 < count < inconclusive:
        return f"count {count} is less than inconclusiveLimit ({inconclusive})"
    return ""


RULE = Rule(
    code="metric-limits",
    severity="error",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec:
  metrics:
    - {name: a, interval: 1m, count: 5, failureLimit: 2, consecutiveSuccessLimit: 3, provider: {web: {url: "http://x"}}}
    - {name: b, interval: 1m, failureLimit: 2, provider: {web: {url: "http://x"}}}
""",
    bad="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, interval: 1m, count: 2, failureLimit: 3, provider: {web: {url: "http://x"}}}]}
""",
)
