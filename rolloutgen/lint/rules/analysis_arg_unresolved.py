"""An argument of an analysis has no value.

Why: An argument needs a default in a template or a value from the Rollout; otherwise the controller refuses the
    Rollout.
Fix: Add it to the analysis' args in the Rollout, or give it a value in the template.
Source: argo-rollouts utils/analysis/helpers.go (ResolveArgs); `kubectl argo rollouts lint` does not look.
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
        found, missing = resolve(view, use)
        if missing:
            continue
        known = supplied(use)
        known |= {
            text(argument, "name") for template in found for _, argument in arguments(template) if given(argument)
        }
        for template in found:
            for _, argument in arguments(template):
                if text(argument, "name") not in known:
                    known.add(text(argument, "name"))
                    message = f"argument {text(argument, 'name')!r} of {template.ref} has no value"
                    yield Observation(use.rollout, (*use.at, "args"), message)


RULE = Rule(
    code="analysis-arg-unresolved",
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
spec: {strategy: {canary: {steps: [{analysis: {templates: [{templateName: web-a}]}}]}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {args: [{name: path}], metrics: [{name: a, provider: {web: {url: "http://x{{args.path}}"}}}]}
""",
)
