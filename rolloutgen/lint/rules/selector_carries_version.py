"""A selector contains a label that changes from release to release.

Why: spec.selector of a Rollout is immutable: the next upgrade, which changes the label, is refused by the API server.
Fix: Take helm.sh/chart, app.kubernetes.io/version and the like out of the selector; keep them on the object's labels.
Source: rollout-crd.yaml since v1.9.0 (rule `self == oldSelf` on spec.selector); seen from one render.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_CHART = re.compile(r"-v?\d+\.\d+")
_CHANGING = ("helm.sh/revision", "app.kubernetes.io/version")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        for key, value in mapping(rollout.body, "spec", "selector", "matchLabels").items():
            chart = key in ("helm.sh/chart", "chart") and _CHART.search(str(value)) is not None
            versioned = bool(view.chart_version) and str(value).endswith(view.chart_version)
            if chart or key in _CHANGING or versioned:
                at = ("spec", "selector", "matchLabels", str(key))
                yield Observation(rollout, at, f"the selector holds {key}: {value}, which the next version changes")


RULE = Rule(
    code="selector-carries-version",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {selector: {matchLabels: {app: web}}}
""",
    bad="""
kind: Rollout
spec:
  selector: {matchLabels: {helm.sh/chart: web-1.2.3}}
  template: {metadata: {labels: {helm.sh/chart: web-1.2.3}}}
""",
)
