"""A Rollout's pods read a ConfigMap or Secret that the release changes in place.

Why: Old and new pods share the object: a changed value reaches the stable pods at their next restart, before the
    canary has proved it, and a rollback does not take it back.
Fix: Give the object a name that changes with its content (a hash), keep the old one for a while, or mark it
    immutable.
Source: The house guide; nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.model import Path
from rolloutgen.pods import containers_of
from rolloutgen.reading import rows, text
from rolloutgen.release import CONFIG_MAP, SECRET, Kind, Pod, ReleaseView
from rolloutgen.rule import Fault, Rule
from rolloutgen.tree import dig

_HASHED = re.compile(r"-[0-9a-f]{8,}$|-[bcdfghjklmnpqrstvwxz2456789]{8,10}$")


def _faults(view: ReleaseView) -> Iterator[Fault]:
    for rollout in view.rollouts:
        pod = view.pod_of(rollout)
        if pod is None:
            continue
        told: set[tuple[Kind, str]] = set()
        for kind, name, at in _used(pod):
            found = view.beside(rollout, kind, name)
            if found is None or (kind, name) in told or dig(found.body, "immutable") is True or _HASHED.search(name):
                continue
            told.add((kind, name))
            yield Fault(pod.manifest, at, f"the pods use {found.ref}, which the release changes in place")


def _used(pod: Pod) -> Iterator[tuple[Kind, str, Path]]:
    for index, volume in rows(pod.body, "spec", "volumes"):
        at = (*pod.at, "spec", "volumes", index)
        yield CONFIG_MAP, text(volume, "configMap", "name"), at
        yield SECRET, text(volume, "secret", "secretName"), at
        for _, source in rows(volume, "projected", "sources"):
            yield CONFIG_MAP, text(source, "configMap", "name"), at
            yield SECRET, text(source, "secret", "name"), at
    for container in containers_of(pod):
        for index, source in rows(container.body, "envFrom"):
            yield CONFIG_MAP, text(source, "configMapRef", "name"), (*container.at, "envFrom", index)
            yield SECRET, text(source, "secretRef", "name"), (*container.at, "envFrom", index)
        for index, variable in rows(container.body, "env"):
            yield CONFIG_MAP, text(variable, "valueFrom", "configMapKeyRef", "name"), (*container.at, "env", index)
            yield SECRET, text(variable, "valueFrom", "secretKeyRef", "name"), (*container.at, "env", index)


RULE = Rule(
    id="shared-config",
    severity="warning",
    check=_faults,
    good=(
        """
kind: Rollout
spec: {template: {spec: {volumes: [{name: config, configMap: {name: web-0f3a9c12}}]}}}
---
kind: ConfigMap
metadata: {name: web-0f3a9c12}
data: {mode: fast}
""",
    ),
    bad=(
        """
kind: Rollout
spec: {template: {spec: {volumes: [{name: config, configMap: {name: web}}]}}}
---
kind: ConfigMap
data: {mode: fast}
""",
        """
kind: Rollout
spec: {template: {spec: {containers: [{name: web, image: "web:1", envFrom: [{secretRef: {name: web}}]}]}}}
---
kind: Secret
stringData: {mode: fast}
""",
    ),
)
