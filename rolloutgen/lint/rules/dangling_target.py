"""An autoscaler names a workload that is not there.

Why: A HorizontalPodAutoscaler, ScaledObject or VerticalPodAutoscaler that names nothing scales nothing; after a
    conversion it often still says Deployment.
Fix: Point it at apiVersion argoproj.io/v1alpha1, kind Rollout, with the Rollout's name; or make sure that the
    workload exists.
Source: Kubernetes and Argo Rollouts accept it; neither says a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import HPA, ROLLOUT, SCALED_OBJECT, VPA, ReleaseView
from rolloutgen.kube.strategy import target_of
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    fields = {HPA: "scaleTargetRef", SCALED_OBJECT: "scaleTargetRef", VPA: "targetRef"}
    for kind, field in fields.items():
        for scaler in view.all(kind):
            group, wanted, name = target_of(scaler, field)
            groups = ("apps", "extensions") if group in ("apps", "extensions") else (group,)
            if not name or any(view.beside(scaler, (each, wanted), name) for each in groups):
                continue
            at = ("spec", field)
            if wanted == "Deployment" and view.beside(scaler, ROLLOUT, name) is not None:
                yield Observation(scaler, at, f"the target says Deployment, and {name!r} is a Rollout", "error")
            else:
                yield Observation(scaler, at, f"{wanted} {name!r} is not in the release: it must exist")


RULE = Rule(
    code="dangling-target",
    severity="warning",
    kinds=("HorizontalPodAutoscaler", "ScaledObject", "VerticalPodAutoscaler"),
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
