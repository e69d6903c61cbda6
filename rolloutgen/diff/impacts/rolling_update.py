"""Pods of a workload that is no Rollout are replaced, without a canary.

Why: A Deployment, StatefulSet or DaemonSet replaces its pods as soon as the new template is applied; nobody is asked
    and nothing is measured between the first pod and the last.
Fix: Nothing to fix where that is meant; `rolloutgen convert` makes a Rollout of a Deployment.
Source: kubernetes.io/docs/concepts/workloads/controllers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange
from rolloutgen.diff.pod_changes import reasons
from rolloutgen.kube.pods import same
from rolloutgen.kube.release import DEPLOYMENT
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.model import Manifest, Observation

_KINDS = (DEPLOYMENT, ("apps", "StatefulSet"), ("apps", "DaemonSet"))
_HOW: Mapping[str, str] = {
    "Recreate": "ends all pods, then starts new ones: an interruption",
    "OnDelete": "changes no pod until somebody deletes it",
}


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    referenced = {id(pod.manifest) for rollout in sides.after.rollouts if (pod := sides.after.pod_of(rollout))}
    for old, new in sides.pairs(*_KINDS):
        before, after = mapping(old.body, "spec", "template"), mapping(new.body, "spec", "template")
        if id(new) in referenced or same(before, after):
            continue
        yield Observation(new, (), f"{_how(new)}: {reasons(sides, before, after, new)}")


def _how(workload: Manifest) -> str:
    field = "strategy" if workload.ref.kind == "Deployment" else "updateStrategy"
    return _HOW.get(str(dig(workload.body, "spec", field, "type")), "replaces its pods one after the other, no canary")


_BEFORE = """
kind: Deployment
spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
"""

IMPACT = Impact(
    code="rolling-update",
    severity="info",
    order=2,
    observe=_observe,
    example=ImpactExample(_BEFORE, _BEFORE.replace("web:1", "web:2"), ("replaces its pods", "`web:1` -> `web:2`")),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("{template", "{replicas: 4, template")),
)
