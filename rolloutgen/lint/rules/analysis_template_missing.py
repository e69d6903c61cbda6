"""A Rollout runs an AnalysisTemplate that the release does not render.

Why: Without the template (or one that it names in turn) the controller marks the Rollout InvalidSpec until it exists.
Fix: Render the template, correct its name or clusterScope, or make sure that it exists before.
Source: argo-rollouts controller.go (getReferencedAnalysisTemplatesFromRef); `kubectl argo rollouts lint` does not
    look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.analysis import find_template, resolve, uses
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import steps_of
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for use in uses(view):
        for gap in resolve(view, use)[1]:
            yield Observation(gap.subject, gap.at, f"{gap.kind} {gap.name!r} is not in the release: it must exist")
    for rollout, _, at, value in steps_of(view, "experiment"):
        for index, reference in rows(value, "analyses"):
            if find_template(view, rollout, reference) is None:
                message = (
                    f"the analysis template {text(reference, 'templateName')!r} is not in the release: it must exist"
                )
                yield Observation(rollout, (*at, "analyses", index, "templateName"), message)


RULE = Rule(
    code="analysis-template-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: web}]}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {analysis: {templates: [{templateName: other}]}}}}
""",
)
