"""A volume has no name, a wrong one, one that another has, or several sources.

Why: Names of volumes are DNS labels and unique in the pod, and a volume comes from one source; Kubernetes refuses the
    rest.
Fix: Rename the volume; keep one source.
Source: Kubernetes ValidateVolumes, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.syntax import is_dns_label
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        seen: set[str] = set()
        for index, volume in rows(pod.body, "spec", "volumes"):
            reason = _reason(volume, seen)
            if reason:
                yield Observation(pod.manifest, (*pod.at, "spec", "volumes", index), reason)
            seen.add(text(volume, "name"))


def _reason(volume: Mapping[str, Any], seen: set[str]) -> str:
    name = text(volume, "name")
    if volume.get("name") in (None, ""):
        return "a volume has no name"
    if name and not is_dns_label(name):
        return f"{name!r} cannot name a volume: lower-case letters, digits and '-' only"
    if name and name in seen:
        return f"two volumes are named {name!r}"
    sources = [key for key, value in volume.items() if key != "name" and value is not None]
    return f"volume {name!r} has several sources: {', '.join(map(str, sources))}" if len(sources) > 1 else ""


RULE = Rule(
    code="volume-invalid",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {volumes: [{name: tmp, emptyDir: {}}, {name: scratch}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {volumes: [{name: tmp, emptyDir: {}}, {name: tmp, emptyDir: {}}]}}}
""",
)
