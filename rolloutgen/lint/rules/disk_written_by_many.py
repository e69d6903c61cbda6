"""Several pods write to one GCE persistent disk.

Why: A read-write disk attaches to one node only: pods on other nodes, and the canary beside the stable pods, never
    start.
Fix: Mark the volume readOnly, use a claim of access mode ReadWriteMany, or run one replica.
Source: Kubernetes refused it in ReplicaSets before 1.34 (ValidateReadOnlyPersistentDisks); nobody says it since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import integer, rows
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS = frozenset({"Rollout", "Deployment", "ReplicaSet"})


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        replicas = integer(pod.manifest.body, "spec", "replicas") or 1
        if pod.manifest.ref.kind not in _KINDS or replicas < 2:
            continue
        for index, volume in rows(pod.body, "spec", "volumes"):
            disk = volume.get("gcePersistentDisk")
            if isinstance(disk, Mapping) and disk.get("readOnly") is not True:
                at = (*pod.at, "spec", "volumes", index, "gcePersistentDisk")
                yield Observation(pod.manifest, at, f"{replicas} replicas would write to one persistent disk")


RULE = Rule(
    code="disk-written-by-many",
    severity="warning",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {replicas: 1, template: {spec: {volumes: [{name: data, gcePersistentDisk: {pdName: d}}]}}}
""",
    bad="""
kind: Rollout
spec: {replicas: 2, template: {spec: {volumes: [{name: data, gcePersistentDisk: {pdName: d}}]}}}
""",
)
