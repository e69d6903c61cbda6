"""A metric has no provider, or several.

Why: A metric is measured in one way: the AnalysisRun fails at once otherwise.
Fix: Keep one provider; write two metrics for two.
Source: argo-rollouts utils/analysis/factory.go (ValidateMetric), when the analysis runs; `kubectl argo rollouts lint`
    does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import metrics, templates
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_PROVIDERS = (
    "prometheus",
    "job",
    "web",
    "wavefront",
    "kayenta",
    "datadog",
    "newRelic",
    "cloudWatch",
    "graphite",
    "influxdb",
    "skywalking",
)


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for at, metric in metrics(template):
            provider = mapping(metric, "provider")
            named = [name for name in _PROVIDERS if provider.get(name) is not None] + [*mapping(provider, "plugin")]
            if len(named) != 1:
                reason = f"several providers ({', '.join(map(str, named))})" if named else "no provider"
                yield Observation(template, (*at, "provider"), f"metric {text(metric, 'name')!r} has {reason}")


RULE = Rule(
    code="metric-provider",
    severity="error",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, provider: {plugin: {example/metric: {query: up}}}}]}
""",
    bad="""
kind: AnalysisTemplate
spec: {metrics: [{name: a, provider: {}}]}
""",
)
