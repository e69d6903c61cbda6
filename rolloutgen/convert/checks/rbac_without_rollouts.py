"""A role gives rights on Deployments and none on Rollouts.

Why: What looks after the workload with these rights (a hook, a sidecar, a pipeline) may not see or change its Rollout.
Fix: Where it is meant for this workload, add a rule for `rollouts` of the group argoproj.io with the same verbs.
Source: Kubernetes grants rights by group and resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import rows, texts
from rolloutgen.model import Observation, Severity

_GROUPS = {"apps", "extensions"}


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    names = {target.name for target in pair.targets}
    for role in pair.after.objects:
        if role.ref.kind not in ("Role", "ClusterRole") or role.ref.group != "rbac.authorization.k8s.io":
            continue
        if role.template.startswith("charts/") or any(_on_rollouts(rule) for _, rule in rows(role.body, "rules")):
            continue
        for index, rule in rows(role.body, "rules"):
            resources = [name for name in texts(rule, "resources") if name.partition("/")[0] == "deployments"]
            if not resources or not _GROUPS & set(texts(rule, "apiGroups")):
                continue
            only = set(texts(rule, "resourceNames"))
            if only and not only & names:
                continue
            message = f"{role.ref} grants {_verbs(rule)} on {resources[0]}, and nothing on rollouts of argoproj.io"
            severity: Severity = "warning" if only else "info"
            yield Observation(role, ("rules", index, "resources"), message, severity=severity, needle="deployments")
            break


def _on_rollouts(rule: Mapping[str, Any]) -> bool:
    groups, resources = set(texts(rule, "apiGroups")), {name.partition("/")[0] for name in texts(rule, "resources")}
    return bool(groups & {"argoproj.io", "*"} and resources & {"rollouts", "*"})


def _verbs(rule: Mapping[str, Any]) -> str:
    verbs = texts(rule, "verbs")
    return ", ".join(verbs) if len(verbs) <= 4 else f"{', '.join(verbs[:3])} and more"


CHECK = Check(code="rbac-without-rollouts", severity="info", objects=_spots)
