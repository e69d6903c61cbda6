"""A Prometheus condition takes the first result of what may be empty.

Why: Without traffic the query yields nothing, result[0] is out of range, the measurement is an error, and a few of
    them abort the update.
Fix: Ask `len(result) > 0 && result[0] ...` in successCondition, and the like in failureCondition, so that no data is
    inconclusive.
Source: argo-rollouts documentation of Prometheus metrics; nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.analysis import metrics, templates
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_GUARDED = re.compile(r"len\(\s*result\s*\)|vector\(|isNil\(|default\(")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for at, metric in metrics(template):
            query = text(metric, "provider", "prometheus", "query")
            for field in ("successCondition", "failureCondition"):
                condition = text(metric, field)
                if not mapping(metric, "provider", "prometheus") or not re.search(r"\bresult\s*\[\s*\d", condition):
                    continue
                if not _GUARDED.search(condition) and not re.search(r"\bvector\s*\(", query):
                    message = f"metric {text(metric, 'name')!r}: result[0] fails when the query finds nothing"
                    yield Observation(template, (*at, field), message)


RULE = Rule(
    code="analysis-on-no-traffic",
    severity="warning",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec:
  metrics:
    - {name: a, successCondition: "len(result) > 0 && result[0] > 0.9", provider: {prometheus: {query: up}}}
    - {name: b, successCondition: "result[0] > 0.9", provider: {prometheus: {query: up or vector(1)}}}
""",
    bad="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, successCondition: "result[0] >= 0.95", provider: {prometheus: {query: up}}}]}
""",
)
