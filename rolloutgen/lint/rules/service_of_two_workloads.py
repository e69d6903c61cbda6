"""A Service of a Rollout also selects the pods of another workload.

Why: The controller adds the hash of one ReplicaSet to the Service's selector: the other workload's pods lose their
    traffic.
Fix: Add a label to the selector and the pod template that only the Rollout has.
Source: Nothing checks it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import SERVICE, ReleaseView
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        own = view.pod_of(rollout)
        for _, name in service_names(rollout):
            service = view.beside(rollout, SERVICE, name)
            if service is None or own is None:
                continue
            for pod in view.selected(mapping(service.body, "spec", "selector"), view.namespace(service)):
                if pod.manifest is not own.manifest and pod.manifest.ref.kind in _KINDS:
                    yield Observation(service, ("spec", "selector"), f"it also selects the pods of {pod.manifest.ref}")


RULE = Rule(
    code="service-of-two-workloads",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Deployment
metadata: {name: worker}
spec: {selector: {matchLabels: {app: worker}}, template: {metadata: {labels: {app: worker}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Deployment
metadata: {name: worker}
spec: {selector: {matchLabels: {app: web}}}
""",
)
