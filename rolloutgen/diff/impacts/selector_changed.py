"""The selector of a workload changes, which the API server refuses.

Why: `spec.selector` of Rollouts, Deployments, StatefulSets, DaemonSets, ReplicaSets and Jobs is immutable. The
    upgrade stops there, with part of the release applied.
Fix: Leave the selector as it is (labels of the pod template may grow without it), or give the workload a new name and
    move over as for a conversion: both side by side, then delete the old one.
Source: The CRD's validation rule `self == oldSelf` on .spec.selector; kubernetes.io for the built-in kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, field_names, listed
from rolloutgen.kube.release import DEPLOYMENT, ROLLOUT
from rolloutgen.model import Observation

_KINDS = (
    ROLLOUT,
    DEPLOYMENT,
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
)


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(*_KINDS):
        if change.action == "changed" and change.touches("spec", "selector"):
            fields = listed(field_names(change, ("spec", "selector")))
            message = f"the API server refuses the upgrade: the selector is immutable ({fields})"
            yield Observation(change.after, ("spec", "selector"), message)


_BEFORE = """
kind: Rollout
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web, tier: front}}}
"""

IMPACT = Impact(
    code="selector-changed",
    severity="error",
    order=0,
    observe=_observe,
    example=ImpactExample(
        _BEFORE,
        _BEFORE.replace("{matchLabels: {app: web}}", "{matchLabels: {app: web, tier: front}}"),
        ("the API server refuses", "`spec.selector.matchLabels.tier`"),
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("tier: front", "tier: back")),
)
