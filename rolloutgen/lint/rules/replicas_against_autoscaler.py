"""The replicas of a Rollout contradict its autoscaler.

Why: A Rollout created below the minimum, above the maximum, or without replicas (then it gets 1) runs with that
    number until the autoscaler acts, and every upgrade may set it back.
Fix: Render replicas within minReplicas and maxReplicas, best the live number (by lookup).
Source: The house guide; neither Kubernetes nor the controller says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.references import find_named, target_of
from rolloutgen.kube.release import HPA, ROLLOUT, SCALED_OBJECT, ReleaseView
from rolloutgen.kube.tree import dig, integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation

_BOUNDS = {HPA: ("minReplicas", "maxReplicas", 1, 0), SCALED_OBJECT: ("minReplicaCount", "maxReplicaCount", 0, 100)}


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for kind, (low, high, least, most) in _BOUNDS.items():
        for scaler in view.all(kind):
            target = target_of(scaler)
            rollout = find_named(view, target) if target and target.kind == ROLLOUT else None
            if rollout is None:
                continue
            given = (integer(scaler.body, "spec", low), integer(scaler.body, "spec", high))
            bounds = (least if given[0] is None else given[0], most if given[1] is None else given[1])
            reason = _reason(rollout, bounds, str(scaler.ref))
            if reason:
                yield Observation(rollout, ("spec", "replicas"), reason)


def _reason(rollout: Manifest, bounds: tuple[int, int], scaler: str) -> str:
    replicas = integer(rollout.body, "spec", "replicas")
    if dig(rollout.body, "spec", "replicas") is None:
        return f"replicas is absent, so the Rollout starts with 1, while {scaler} scales it" if bounds[0] > 1 else ""
    if replicas is None or replicas == 0:
        return ""
    if replicas < bounds[0]:
        return f"replicas {replicas} is below the minimum {bounds[0]} of {scaler}"
    return f"replicas {replicas} is above the maximum {bounds[1]} of {scaler}" if replicas > bounds[1] else ""


RULE = Rule(
    code="replicas-against-autoscaler",
    severity="warning",
    kinds=("HorizontalPodAutoscaler", "ScaledObject"),
    check=_faults,
    good="""
kind: Rollout
spec: {replicas: 3}
---
kind: HorizontalPodAutoscaler
spec:
  minReplicas: 3
  maxReplicas: 9
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}
""",
    bad="""
kind: Rollout
spec: {replicas: 1}
---
kind: HorizontalPodAutoscaler
spec:
  minReplicas: 3
  maxReplicas: 9
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}
""",
)
