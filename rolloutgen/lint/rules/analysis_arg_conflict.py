"""Two templates of an analysis give one argument different values.

Why: An analysis combines its templates' arguments; the controller does not choose between two defaults.
Fix: Use the same value, or leave it out of one template.
Source: argo-rollouts utils/analysis/helpers.go (flattenArgs); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import arguments, resolve, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for use in uses(view):
        values: dict[str, str] = {}
        for template in resolve(view, use)[0]:
            for _, argument in arguments(template):
                name, value = text(argument, "name"), argument.get("value")
                if isinstance(value, str) and values.setdefault(name, value) != value:
                    message = f"argument {name!r} is {values[name]!r} in one template and {value!r} in {template.ref}"
                    yield Observation(use.rollout, (*use.at, "templates"), message)


RULE = Rule(
    code="analysis-arg-conflict",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web}]}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web-a}, {templateName: web-b}]}}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {args: [{name: path, value: /a}], metrics: [{name: a, provider: {web: {url: "http://x{{args.path}}"}}}]}
---
kind: AnalysisTemplate
metadata: {name: web-b}
spec: {args: [{name: path, value: /b}], metrics: [{name: b, provider: {web: {url: "http://x{{args.path}}"}}}]}
""",
)
