"""A label or annotation of a Rollout's pods carries the chart's version.

Why: Only changes of the pod template start a canary; with the version in it, every bump of the chart does.
Fix: Use the selector labels (not the full labels) in the pod template.
Source: Nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_CHART = re.compile(r"-v?\d+\.\d+\.\d+")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        pod = view.pod_of(rollout)
        if pod is None:
            continue
        selector = mapping(rollout.body, "spec", "selector", "matchLabels")
        for field in ("labels", "annotations"):
            for key, value in mapping(pod.body, "metadata", field).items():
                if key in selector:
                    continue  # the greater evil, which selector-carries-version says
                named = key in ("helm.sh/chart", "chart") and _CHART.search(str(value)) is not None
                if named or (view.chart_version and str(value).endswith(f"-{view.chart_version}")):
                    at = (*pod.at, "metadata", field, str(key))
                    yield Observation(
                        pod.manifest, at, f"{key}: {value} starts a canary whenever the chart's version changes"
                    )


RULE = Rule(
    code="version-in-pod-template",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {template: {metadata: {labels: {app.kubernetes.io/name: web}}}}
""",
    bad="""
kind: Rollout
spec: {template: {metadata: {labels: {helm.sh/chart: web-1.2.3}}}}
""",
)
