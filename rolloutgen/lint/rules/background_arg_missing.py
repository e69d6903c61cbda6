"""An analysis in the background does not give an argument that a template asks for.

Why: For canary.analysis the controller wants each argument without a default from the Rollout, even where another
    template has one.
Fix: Add it to canary.analysis.args.
Source: argo-rollouts validation_references.go (ValidateAnalysisTemplateWithType); `kubectl argo rollouts lint` does
    not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import arguments, given, resolve, supplied, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for use in uses(view):
        if use.kind != "background":
            continue
        found, missing = resolve(view, use)
        elsewhere = {
            text(argument, "name") for template in found for _, argument in arguments(template) if given(argument)
        }
        for template in found:
            for _, argument in arguments(template):
                name = text(argument, "name")
                if not given(argument) and name not in supplied(use) and (missing or name in elsewhere):
                    message = f"argument {name!r} of {template.ref} must be in canary.analysis.args"
                    yield Observation(use.rollout, (*use.at, "args"), message)


RULE = Rule(
    code="background-arg-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web-a}], args: [{name: path, value: /}]}}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {args: [{name: path}], metrics: [{name: a, provider: {web: {url: "http://x{{args.path}}"}}}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web-a}, {templateName: web-b}]}}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {args: [{name: path}], metrics: [{name: a, provider: {web: {url: "http://x{{args.path}}"}}}]}
---
kind: AnalysisTemplate
metadata: {name: web-b}
spec: {args: [{name: path, value: /b}], metrics: [{name: b, provider: {web: {url: "http://x{{args.path}}"}}}]}
""",
)
