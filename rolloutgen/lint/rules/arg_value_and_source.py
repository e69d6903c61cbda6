"""An argument of a template has both a value and valueFrom.

Why: The controller does not choose between the two.
Fix: Remove value or valueFrom.
Source: argo-rollouts validation_references.go (validateAnalysisMetrics); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import arguments, templates
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for template in templates(view):
        for at, argument in arguments(template):
            if argument.get("value") is not None and argument.get("valueFrom") is not None:
                yield Observation(template, at, f"argument {text(argument, 'name')!r} has both value and valueFrom")


RULE = Rule(
    code="arg-value-and-source",
    severity="error",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec:
  args: [{name: token, valueFrom: {secretKeyRef: {name: token, key: token}}}]
  metrics: [{name: a, provider: {web: {url: "http://x/{{args.token}}"}}}]
""",
    bad="""
kind: AnalysisTemplate
spec:
  args: [{name: token, value: x, valueFrom: {secretKeyRef: {name: token, key: token}}}]
  metrics: [{name: a, provider: {web: {url: "http://x/{{args.token}}"}}}]
""",
)
