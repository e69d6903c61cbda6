"""A container has no name, a wrong one, or one that another has.

Why: Names of containers are DNS labels (a-z, 0-9, "-", at most 63) and unique in the pod, init containers included.
Fix: Give each container its own lower-case name.
Source: Kubernetes ValidatePodSpec, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.pods import containers_of
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.syntax import is_dns_label
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for pod in view.pods:
        seen: set[str] = set()
        for container in containers_of(pod):
            name, at = text(container.body, "name"), (*container.at, "name")
            if container.body.get("name") in (None, ""):
                yield Observation(pod.manifest, at, "a container has no name")
            elif name and not is_dns_label(name):
                yield Observation(
                    pod.manifest, at, f"{name!r} cannot name a container: lower-case letters, digits and '-' only"
                )
            elif name in seen:
                yield Observation(pod.manifest, at, f"two containers are named {name!r}")
            seen.update({name} - {""})  # one that is no string is left to the schemas


RULE = Rule(
    code="container-name",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1"}, {name: sidecar, image: "side:1"}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{image: "web:1"}]}}}
""",
)
