"""A container port has a number or a name that Kubernetes refuses, or a name twice.

Why: Ports are 1 to 65535; names have at most 15 of a-z, 0-9 and "-" with a letter, and are unique in a container.
Fix: Correct the number, shorten the name.
Source: Kubernetes validateContainerPorts, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses
    it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.pods import containers
from rolloutgen.kube.release import POD_KINDS, ReleaseView
from rolloutgen.kube.syntax import is_port_name
from rolloutgen.kube.tree import integer, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        seen: set[str] = set()
        for index, port in rows(container.body, "ports"):
            for field, reason in _port_faults(port, seen):
                at = (*container.at, "ports", index, field)
                yield Observation(container.pod.manifest, at, f"{container.label}: {reason}")


def _port_faults(port: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    for field in ("containerPort", "hostPort"):
        number = integer(port, field)
        if number is not None and not 1 <= number <= 65535 and not (field == "hostPort" and number == 0):
            yield field, f"{field} {number} is not a port"
    if port.get("containerPort") is None:
        yield "containerPort", "a port has no containerPort"
    name = text(port, "name")
    if name and not is_port_name(name):
        yield "name", f"{name!r} cannot name a port (at most 15 of a-z, 0-9, '-', with a letter)"
    elif name in seen:
        yield "name", f"two ports are named {name!r}"
    seen.update({name} - {""})


RULE = Rule(
    code="container-port",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec:
  template:
    spec:
      containers:
        - {name: web, image: "web:1", ports: [{name: http, containerPort: 80}, {name: admin, containerPort: 81}]}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", ports: [{containerPort: 70000}]}]}}}
""",
)
