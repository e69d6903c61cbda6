"""An environment variable has no name, a wrong one, or two sources.

Why: Kubernetes refuses a variable without a name, one with both a value and valueFrom, and a valueFrom with none or
    several sources. The Rollouts controller takes names and prefixes of letters, digits, "_", "-" and "." only, that
    do not begin with a digit; in a Deployment, newer releases of Kubernetes take others too.
Fix: Give the name; keep one source; look for a value that is empty in this value set.
Source: Kubernetes ValidateEnv, used by argo-rollouts validation.go; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.pods import containers
from rolloutgen.kube.release import POD_KINDS, ROLLOUT, ReleaseView
from rolloutgen.kube.syntax import is_env_name
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_STRICT = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for container in containers(view):
        manifest = container.pod.manifest
        strict = (manifest.ref.group, manifest.ref.kind) == ROLLOUT
        for index, variable in rows(container.body, "env"):
            reason = _reason(variable, strict)
            if reason:
                yield Observation(manifest, (*container.at, "env", index), f"{container.label}: {reason}")
        for index, source in rows(container.body, "envFrom") if strict else ():
            prefix = text(source, "prefix")
            if prefix and not _STRICT.fullmatch(prefix):
                reason = f"{prefix!r} cannot begin the name of an environment variable"
                yield Observation(manifest, (*container.at, "envFrom", index, "prefix"), f"{container.label}: {reason}")


def _reason(variable: Mapping[str, Any], strict: bool) -> str:
    name = text(variable, "name")
    if variable.get("name") in (None, ""):
        return "an environment variable has no name"
    if name and not (_STRICT.fullmatch(name) if strict else is_env_name(name)):
        return f"{name!r} cannot name an environment variable"
    source = variable.get("valueFrom")
    if not isinstance(source, Mapping):
        return ""
    if text(variable, "value"):
        return f"variable {name!r} has both a value and valueFrom"
    count = sum(source.get(field) is not None for field in _SOURCES)
    return "" if count == 1 else f"valueFrom of {name!r} names {count or 'no'} sources; it takes one"


RULE = Rule(
    code="env-invalid",
    severity="error",
    kinds=POD_KINDS,
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{name: MODE, value: ""}]}]}}}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", env: [{value: fast}]}]}}}
""",
)
