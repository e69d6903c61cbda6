"""A metric is measured several times and says not when, or in no duration.

Why: count above 1 needs an interval, and interval and initialDelay are Go durations (30s, 5m, 1h30m); an AnalysisRun
    fails at once otherwise.
Fix: Give an interval with a unit; write 24h instead of 1d.
Source: argo-rollouts utils/analysis/factory.go (ValidateMetric), when the analysis runs; `kubectl argo rollouts lint`
    does not look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.analysis import TAG, metrics, templates
from rolloutgen.kube.durations import seconds
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for at, metric in metrics(template):
            name = text(metric, "name")
            for field in ("interval", "initialDelay"):
                value = text(metric, field)
                if value and not TAG.search(value) and seconds(value) is None:
                    yield Observation(
                        template, (*at, field), f"metric {name!r}: {value!r} is not a duration (30s, 5m, 1h)"
                    )
            count = metric.get("count")
            several = re.fullmatch(r"\d+", str(count)) is not None and int(str(count)) > 1
            if several and not metric.get("interval"):
                yield Observation(template, at, f"metric {name!r} has count {count} and no interval")


RULE = Rule(
    code="metric-interval",
    severity="error",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, count: 3, interval: 1m30s, initialDelay: 30s, provider: {web: {url: "http://x"}}}]}
""",
    bad="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, count: 3, provider: {web: {url: "http://x"}}}]}
""",
)
