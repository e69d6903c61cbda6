"""Configuration changes under pods that run.

Why: Old and new pods share a ConfigMap or Secret of one name. What changes in it reaches the stable pods too: mounted
    files within about a minute, environment variables at the next restart. No step guards it, and taking the pods
    back does not take it back.
Fix: Give the object a name that changes with its content and keep the old one while old pods may run; then the change
    is part of the canary.
Source: kubernetes.io/docs/concepts/configuration/configmap, "Mounted ConfigMaps are updated automatically"; the house
    guide.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.diff.object_diff import ObjectChange
from rolloutgen.kube.pods import CONTENT, ConfigUse, config_uses
from rolloutgen.kube.release import CONFIG_MAP, SECRET, Pod
from rolloutgen.kube.tree import dig
from rolloutgen.model import Observation, Severity

_LASTING = ("Rollout", "Deployment", "StatefulSet", "DaemonSet")


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(CONFIG_MAP, SECRET):
        keys = _keys(change)
        fixed = [dig(side.body, "immutable") is True for side in (change.before, change.after) if side is not None]
        if not keys or all(fixed):
            continue
        for pod in sides.after.pods:
            uses = [use for use in config_uses(pod) if _is_of(use, change, pod, sides)]
            if uses and pod.manifest.ref.kind in _LASTING:
                severity: Severity = "warning" if pod.manifest.ref.kind == "Rollout" else "info"
                yield Observation(
                    change.after,
                    (),
                    f"{keys} under the running pods of `{pod.manifest.ref}`: {_effect(uses)}",
                    severity=severity,
                )


def _keys(change: ObjectChange) -> str:
    names = list(
        dict.fromkeys(code(leaf.at[1]) for leaf in change.leaves if leaf.at[0] in CONTENT and len(leaf.at) > 1)
    )
    whole = any(leaf.at[0] in CONTENT and len(leaf.at) == 1 for leaf in change.leaves)
    return f"changes {listed(names)}" if names else "changes all its content" if whole else ""


def _is_of(use: ConfigUse, change: ObjectChange, pod: Pod, sides: ReleaseChange) -> bool:
    ref = change.ref
    same = (ref.group, ref.kind) == use.kind and ref.name == use.name
    return same and sides.after.namespace(change.manifest) == sides.after.namespace(pod.manifest)


def _effect(uses: list[ConfigUse]) -> str:
    if any(use.mounted for use in uses):
        return "all of them, stable ones too, read the new files within about a minute, and no canary guards it"
    return "they keep the old values until they restart; then stable pods read the new ones too"


_BEFORE = """
kind: Rollout
spec: {template: {spec: {volumes: [{name: c, configMap: {name: web}}], containers: [{name: web, image: "web:1"}]}}}
---
kind: ConfigMap
data: {mode: fast, level: info}
"""

IMPACT = Impact(
    code="config-under-running-pods",
    severity="warning",
    observe=_observe,
    example=ImpactExample(
        _BEFORE, _BEFORE.replace("fast", "slow"), ("changes `mode`", "`Rollout/web`", "within about a minute")
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("{name: web}}", "{name: other}}").replace("fast", "slow")),
)
