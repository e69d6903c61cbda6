"""An alert or a dashboard asks for metrics of a Deployment that is a Rollout now.

Why: kube-state-metrics has no kube_deployment_* series for a Rollout: the alert never fires again, the panel is
    empty.
Fix: Ask for rollout_info_* of the Rollouts controller, or for kube_replicaset_* and kube_pod_* of its pods.
Source: Nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.release import CONFIG_MAP, DEPLOYMENT, PROMETHEUS_RULE, ReleaseView
from rolloutgen.kube.tree import strings
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_SERIES = re.compile(r"\bkube_deployment_\w+")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    names = [rollout.ref.name for rollout in view.rollouts]
    alone = not view.all(DEPLOYMENT)
    if not names:
        return
    for manifest in view.all(PROMETHEUS_RULE, CONFIG_MAP):
        for at, value in strings(manifest.body):
            match = _SERIES.search(value)
            if match and (alone or any(name in value for name in names)):
                yield Observation(manifest, at, f"{match[0]} has no series for a Rollout")


RULE = Rule(
    code="lost-metrics",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
---
kind: PrometheusRule
spec: {groups: [{name: web, rules: [{alert: Down, expr: "rollout_info_replicas_available{name='web'} < 1"}]}]}
""",
    bad="""
kind: Rollout
---
kind: PrometheusRule
spec:
  groups: [{name: web, rules: [{alert: Down, expr: "kube_deployment_status_replicas{deployment='web'} < 1"}]}]
""",
)
