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

from rolloutgen.kube.pods import config_uses
from rolloutgen.kube.release import Kind, ReleaseView
from rolloutgen.kube.tree import dig
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_HASHED = re.compile(r"-[0-9a-f]{8,}$|-[bcdfghjklmnpqrstvwxz2456789]{8,10}$")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout in view.rollouts:
        pod = view.pod_of(rollout)
        if pod is None:
            continue
        told: set[tuple[Kind, str]] = set()
        for use in config_uses(pod):
            found = view.beside(rollout, use.kind, use.name)
            if found is None or (use.kind, use.name) in told or dig(found.body, "immutable") is True:
                continue
            if not _HASHED.search(use.name):
                told.add((use.kind, use.name))
                yield Observation(pod.manifest, use.at, f"the pods use {found.ref}, which the release changes in place")


RULE = Rule(
    code="shared-config",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {template: {spec: {volumes: [{name: config, configMap: {name: web-0f3a9c12}}]}}}
---
kind: ConfigMap
metadata: {name: web-0f3a9c12}
data: {mode: fast}
""",
    bad="""
kind: Rollout
spec: {template: {spec: {volumes: [{name: config, configMap: {name: web}}]}}}
---
kind: ConfigMap
data: {mode: fast}
""",
)
