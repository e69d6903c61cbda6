"""A metric uses an argument that there is not.

Why: Each {{args.x}} is replaced by an argument of that name; what has none, and any other {{...}}, makes the
    controller refuse the Rollout or the run.
Fix: Declare the argument in the template's spec.args, or correct the name.
Source: argo-rollouts utils/template/template.go (ResolveQuotedArgs); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rolloutgen.kube.analysis import arguments, metrics, resolve, tags, templates, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    contexts = _contexts(view)
    for template in templates(view):
        own = {f"args.{text(argument, 'name')}" for _, argument in arguments(template)}
        known = [own if names is None else own | names for names in contexts.get(id(template), [])]
        for at, metric in metrics(template):
            for below, tag in tags(metric):
                if tag not in own and not known:
                    message = f"{{{{{tag}}}}} is not an argument of this template: another one must bring it"
                    yield Observation(template, (*at, *below), message, "warning")
                elif any(tag not in names for names in known):
                    yield Observation(template, (*at, *below), f"{{{{{tag}}}}} is not an argument of the analysis")


def _contexts(view: ReleaseView) -> dict[int, list[set[str] | None]]:
    """For each used template the arguments that its uses bring from elsewhere: None where only its own ones count.

    Analyses in the background are resolved from all their templates at once, others template by template.
    """
    found: dict[int, list[set[str] | None]] = defaultdict(list)
    for use in uses(view):
        together, missing = resolve(view, use)
        names = {f"args.{text(argument, 'name')}" for template in together for _, argument in arguments(template)}
        for template in together:
            if use.kind != "background":
                found[id(template)].append(None)
            elif not missing:
                found[id(template)].append(names)
    return found


RULE = Rule(
    code="unknown-template-arg",
    severity="error",
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
    check=_faults,
    good="""
kind: AnalysisTemplate
spec: {args: [{name: path}], metrics: [{name: a, provider: {web: {url: "http://x{{ args.path }}"}}}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{analysis: {templates: [{templateName: web-a}]}}]}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {metrics: [{name: a, provider: {web: {url: "http://x{{args.path}}"}}}]}
""",
)
