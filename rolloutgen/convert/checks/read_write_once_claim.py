"""The pods of a Rollout mount a claim that one node can use at a time.

Why: During an update old and new pods run side by side, for as long as the steps last: the new ones wait for the volume
    on another node, or both versions write to the same files on one.
Fix: Use a claim of access mode ReadWriteMany, a volume of each pod's own, or leave this workload a Deployment.
Source: Kubernetes attaches a ReadWriteOnce volume to one node.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import rows, text, texts
from rolloutgen.model import Observation

_ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        rollout = pair.rollout(target)
        for index, volume in rows(rollout.body, "spec", "template", "spec", "volumes") if rollout else ():
            name = text(volume, "persistentVolumeClaim", "claimName")
            claim = pair.view.find(("", "PersistentVolumeClaim"), target.namespace, name) if name else None
            modes = set(texts(claim.body, "spec", "accessModes")) if claim else set()
            if modes and modes <= _ONE_NODE:
                at = ("spec", "template", "spec", "volumes", index, "persistentVolumeClaim", "claimName")
                mode = ", ".join(sorted(modes))
                message = f"the pods mount claim {name} ({mode}), which old and new pods cannot share"
                yield Observation(rollout, at, message)


CHECK = Check(code="read-write-once-claim", severity="warning", objects=_spots)
