"""Traffic is raised while the number of canary pods stays fixed.

Why: setCanaryScale with replicas or weight holds until another setCanaryScale: a later setWeight sends more traffic
    to the same few pods.
Fix: Add a step `setCanaryScale: {matchTrafficWeight: true}` before traffic is raised.
Source: argo-rollouts documentation of setCanaryScale ("be careful"); nothing checks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import canaries, routing_of, steps
from rolloutgen.kube.tree import integer
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        if routing_of(canary) is not None:
            yield from _traps(rollout, canary)


def _traps(rollout: Manifest, canary: Mapping[str, Any]) -> Iterator[Observation]:
    capacity: float | None = None  # the share of traffic that the fixed number of pods stands for
    for at, step in steps(canary):
        scale = step.get("setCanaryScale")
        if isinstance(scale, Mapping):
            capacity = _capacity(rollout, scale)
        weight = integer(step, "setWeight")
        if capacity is not None and weight is not None and weight > capacity:
            message = f"traffic rises to {weight} %, and the canary still has the fixed scale of an earlier step"
            yield Observation(rollout, (*at, "setWeight"), message)
            return


def _capacity(rollout: Manifest, scale: Mapping[str, Any]) -> float | None:
    weight, replicas = integer(scale, "weight"), integer(scale, "replicas")
    if weight is not None:
        return weight
    if replicas is None:
        return None
    total = integer(rollout.body, "spec", "replicas") or 0
    return 100 * replicas / total if total else 0


RULE = Rule(
    code="canary-scale-trap",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  replicas: 10
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setCanaryScale: {replicas: 1}}, {setCanaryScale: {matchTrafficWeight: true}}, {setWeight: 50}]
""",
    bad="""
kind: Rollout
spec:
  replicas: 10
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setCanaryScale: {replicas: 1}}, {pause: {}}, {setWeight: 50}]
""",
)
