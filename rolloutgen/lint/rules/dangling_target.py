"""An autoscaler names a workload that is not there.

Why: A HorizontalPodAutoscaler, ScaledObject or VerticalPodAutoscaler that names nothing scales nothing; after a
    conversion it often still says Deployment.
Fix: Point it at apiVersion argoproj.io/v1alpha1, kind Rollout, with the Rollout's name; or make sure that the
    workload exists.
Source: Kubernetes and Argo Rollouts accept it; neither says a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.references import find_named, kinds_naming, target_of
from rolloutgen.kube.release import DEPLOYMENT, ROLLOUT, ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for kind in kinds_naming(DEPLOYMENT, ["scale"]):
        for scaler in view.all(kind):
            target = target_of(scaler)
            if target is None or find_named(view, target):
                continue
            at = target.at[:-1]
            if target.kind == DEPLOYMENT and find_named(view, target._replace(kind=ROLLOUT)):
                yield Observation(scaler, at, f"the target says Deployment, and {target.name!r} is a Rollout", "error")
            else:
                yield Observation(scaler, at, f"{target.kind[1]} {target.name!r} is not in the release: it must exist")


RULE = Rule(
    code="dangling-target",
    severity="warning",
    kinds=("*",),
    check=_faults,
    good="""
kind: Rollout
spec: {replicas: 2}
---
kind: HorizontalPodAutoscaler
spec:
  minReplicas: 2
  maxReplicas: 4
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}
""",
    bad="""
kind: Rollout
---
kind: HorizontalPodAutoscaler
spec: {minReplicas: 2, maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
""",
)
