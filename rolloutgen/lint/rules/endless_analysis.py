"""An analysis that a step waits for never ends.

Why: A metric with an interval and no count is measured for ever; only an analysis in the background may be.
Fix: Give the metric a count, or move the template to canary.analysis.
Source: argo-rollouts validation_references.go (ValidateAnalysisTemplateWithType); `kubectl argo rollouts lint` does
    not look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.analysis import arguments, metrics, resolve, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    told: set[tuple[str, str, int | str]] = set()
    for use in uses(view):
        if use.kind == "background":
            continue
        for template in resolve(view, use)[0]:
            defaults = {f"args.{text(argument, 'name')}": argument.get("value") for _, argument in arguments(template)}
            for at, metric in metrics(template):
                key = (template.ref.kind, template.ref.name, at[-1])
                if text(metric, "interval") and not _count(metric.get("count"), defaults) and key not in told:
                    told.add(key)
                    message = f"metric {text(metric, 'name')!r} has an interval and no count, and Rollout "
                    yield Observation(template, at, f"{message}{use.rollout.ref.name!r} waits for it")


def _count(value: Any, defaults: Mapping[str, Any]) -> int:
    if isinstance(value, str):
        tag = re.fullmatch(r"\{\{(.*)\}\}", value)
        value = defaults.get(tag[1].strip()) if tag else value
        return int(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value) else 0
    return value if isinstance(value, int) else 0


RULE = Rule(
    code="endless-analysis",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web-a}]}}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {metrics: [{name: a, interval: 1m, provider: {web: {url: "http://x"}}}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{analysis: {templates: [{templateName: web-a}]}}]}}}
---
kind: AnalysisTemplate
metadata: {name: web-a}
spec: {metrics: [{name: a, interval: 1m, provider: {web: {url: "http://x"}}}]}
""",
)
