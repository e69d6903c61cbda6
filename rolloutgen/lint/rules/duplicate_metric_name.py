"""Two metrics of an analysis have the same name.

Why: The controller tells results by the metric's name, across all templates that one analysis combines.
Fix: Rename one of the metrics.
Source: argo-rollouts utils/analysis/helpers.go (flattenMetrics), factory.go (ValidateMetrics); `kubectl argo rollouts
    lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import metrics, resolve, templates, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation, Path


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        yield from _twice(template, [(at, text(metric, "name")) for at, metric in metrics(template)])
    for use in uses(view):
        owners: dict[str, str] = {}
        for template in resolve(view, use)[0]:
            for name in {text(metric, "name") for _, metric in metrics(template)}:
                if name in owners:
                    message = f"{owners[name]} and {template.ref} both have a metric {name!r}"
                    yield Observation(use.rollout, (*use.at, "templates"), message)
                owners.setdefault(name, str(template.ref))


def _twice(template: Manifest, names: list[tuple[Path, str]]) -> Iterator[Observation]:
    seen: set[str] = set()
    for at, name in names:
        if name in seen:
            yield Observation(template, (*at, "name"), f"two metrics are named {name!r}")
        seen.add(name)


RULE = Rule(
    code="duplicate-metric-name",
    severity="error",
    kinds=("Rollout", "AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec:
  metrics:
    - {name: a, provider: {web: {url: "http://example.com"}}}
    - {name: b, provider: {web: {url: "http://example.com"}}}
""",
    bad="""
kind: AnalysisTemplate
spec:
  metrics:
    - {name: a, provider: {web: {url: "http://example.com"}}}
    - {name: a, provider: {web: {url: "http://example.org"}}}
""",
)
