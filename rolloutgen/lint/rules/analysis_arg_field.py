"""An argument of an analysis takes a metadata field that there is none of.

Why: Of the metadata only name, namespace, uid, labels and annotations (whole or by ['key']) can be read.
Fix: Write for example metadata.labels['app'] or metadata.name.
Source: argo-rollouts validation.go, Kubernetes ExtractFieldPathAsString; `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.analysis import field_paths
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import steps_of
from rolloutgen.kube.syntax import is_label_key
from rolloutgen.kube.tree import mapping, rows
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation, Path

_PLAIN = frozenset(f"metadata.{name}" for name in ("annotations", "labels", "name", "namespace", "uid"))
_SUBSCRIPT = re.compile(r"(metadata\.(?:annotations|labels))\['(.*)'\]", re.S)


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, _, at, value in steps_of(view, "analysis"):
        yield from _bad_paths(rollout, at, value)
    for rollout, _, at, value in steps_of(view, "experiment"):
        for index, analysis in rows(value, "analyses"):
            yield from _bad_paths(rollout, (*at, "analyses", index), analysis)


def _bad_paths(rollout: Manifest, at: Path, block: Mapping[str, Any]) -> Iterator[Observation]:
    for below, path in field_paths(mapping(block)):
        if path.startswith("metadata") and not _readable(path):
            yield Observation(rollout, (*at, *below), f"{path!r} is not a field of the metadata that can be read")


def _readable(path: str) -> bool:
    match = _SUBSCRIPT.fullmatch(path)
    if match is None:
        return path in _PLAIN
    return is_label_key(match[2].lower() if match[1].endswith("annotations") else match[2])


RULE = Rule(
    code="analysis-arg-field",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      steps:
        - analysis:
            templates: [{templateName: web}]
            args: [{name: app, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      steps:
        - analysis:
            templates: [{templateName: web}]
            args: [{name: app, valueFrom: {fieldRef: {fieldPath: metadata.generation}}}]
""",
)
