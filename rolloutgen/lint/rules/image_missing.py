"""A container has no image.

Why: Kubernetes refuses a container without an image.
Fix: Set image; look for a value that is empty in this value set.
Source: Kubernetes validateContainerCommon, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses
    it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        if container.body.get("image") in (None, ""):
            yield Observation(container.pod.manifest, (*container.at, "image"), f"{container.label} has no image")


RULE = Rule(
    code="image-missing",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web}]}}}
""",
)
