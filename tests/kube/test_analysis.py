"""Where a Rollout uses analysis templates, and what their arguments come to."""

from __future__ import annotations

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.analysis import metrics, resolve, supplied, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Release

TEXT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  strategy:
    canary:
      analysis: {templates: [{templateName: success}], args: [{name: service, value: web}]}
      steps: [{analysis: {templates: [{templateName: missing}]}}]
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: success}
spec:
  args: [{name: service}]
  metrics: [{name: rate, provider: {prometheus: {query: up}}}]
"""
VIEW = ReleaseView(parse_rendered({"templates/all.yaml": TEXT}), Release())


def test_background_and_step_are_both_uses() -> None:
    assert sorted(map(len, map(supplied, uses(VIEW)))) == [0, 1]


def test_a_template_that_the_release_lacks_is_named() -> None:
    step, background = sorted(uses(VIEW), key=lambda use: len(supplied(use)))
    templates, missing = resolve(VIEW, background)
    assert [template.ref.name for template in templates] == ["success"] and not missing
    assert [metric["name"] for _, metric in metrics(templates[0])] == ["rate"]
    templates, missing = resolve(VIEW, step)
    assert not templates and "missing" in str(missing[0])
