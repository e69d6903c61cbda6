"""A container mounts a volume that the pod does not have.

Why: Kubernetes refuses a volumeMount or volumeDevice whose name is not among the volumes.
Fix: Add the volume, or put the mount under the same condition as the volume.
Source: Kubernetes ValidateVolumeMounts, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers_of
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        names = {text(volume, "name") for _, volume in rows(pod.body, "spec", "volumes")}
        names |= {
            text(claim, "metadata", "name") for _, claim in rows(pod.manifest.body, "spec", "volumeClaimTemplates")
        }
        for container in containers_of(pod):
            for field in ("volumeMounts", "volumeDevices"):
                for index, mount in rows(container.body, field):
                    name = text(mount, "name")
                    if name not in names and isinstance(mount.get("name"), (str, type(None))):
                        said = f"{container.label} mounts {name!r}, and the pod has no such volume"
                        yield Observation(pod.manifest, (*container.at, field, index, "name"), said)


RULE = Rule(
    code="mount-without-volume",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1", volumeMounts: [{name: tmp, mountPath: /tmp}]}]
      volumes: [{name: tmp, emptyDir: {}}]
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}}
""",
)
