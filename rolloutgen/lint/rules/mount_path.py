"""A container mounts nothing at a path, or two volumes at one.

Why: Kubernetes refuses a mount without mountPath and two mounts of a container at one path.
Fix: Give each mount its own mountPath; a subPath does not make it another one.
Source: Kubernetes ValidateVolumeMounts, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it
    too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        seen: set[str] = set()
        for index, mount in rows(container.body, "volumeMounts"):
            path, at = text(mount, "mountPath"), (*container.at, "volumeMounts", index, "mountPath")
            if mount.get("mountPath") in (None, ""):
                yield Observation(container.pod.manifest, at, f"{container.label}: a volumeMount has no mountPath")
            elif path in seen:
                yield Observation(container.pod.manifest, at, f"{container.label} mounts two volumes at {path}")
            seen.add(path)


RULE = Rule(
    code="mount-path",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1", volumeMounts: [{name: a, mountPath: /a}, {name: a, mountPath: /b}]}]
      volumes: [{name: a, emptyDir: {}}]
""",
    bad="""
kind: Rollout
spec:
  template:
    spec:
      containers:
        - {name: web, image: "web:1", volumeMounts: [{name: a, mountPath: /a}, {name: a, mountPath: /a, subPath: x}]}
      volumes: [{name: a, emptyDir: {}}]
""",
)
