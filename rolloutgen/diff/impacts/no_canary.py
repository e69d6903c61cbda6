"""The change starts no canary: the pods that run stay as they are.

Why: Only a changed pod template makes a new ReplicaSet. Everything else that a deployment brings is in force at once,
    for the stable pods too, and no step or analysis guards it.
Fix: Where a canary is wanted, the change must show in the pod template: another image, another variable, a hash of
    the configuration in an annotation or in the name of the ConfigMap.
Source: docs/features/specification.md of Argo Rollouts; PodTemplateEqualIgnoreHash in its source.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, field_names, listed
from rolloutgen.kube.pods import same
from rolloutgen.kube.release import ROLLOUT
from rolloutgen.model import Observation


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    if not sides.changes:
        return
    for old, new in sides.pairs(ROLLOUT):
        before, after = sides.before.pod_of(old), sides.after.pod_of(new)
        if old.ref.kind != "Rollout" or before is None or after is None or not same(before.body, after.body):
            continue
        change = sides.change_of(new)
        if change is None:
            yield Observation(new, (), "starts no canary: the Rollout is not touched")
        elif change.touches("spec", "restartAt"):
            yield Observation(
                new, (), "starts no canary, but `spec.restartAt` ends and replaces its pods, stable ones too"
            )
        else:
            yield Observation(
                new, (), f"starts no canary: to the controller the pod template stays; {listed(field_names(change))}"
            )


_BEFORE = """
kind: Rollout
spec:
  replicas: 2
  strategy: {canary: {steps: [{setWeight: 10}]}}
  template: {spec: {containers: [{name: web, image: "web:1", resources: {limits: {cpu: 1000m}}}]}}
---
kind: ConfigMap
data: {a: b}
"""

IMPACT = Impact(
    code="no-canary",
    severity="info",
    order=1,
    observe=_observe,
    example=ImpactExample(
        _BEFORE, _BEFORE.replace("replicas: 2", "replicas: 3"), ("starts no canary", "`spec.replicas`")
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("web:1", "web:2")),
)
