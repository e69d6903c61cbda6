"""A field changes that the API server does not let anybody change.

Why: The upgrade is refused at this object, with part of the release applied; Helm marks the release as failed.
Fix: Give the object a new name, or delete it first where that loses nothing (`kubectl delete`), or leave the field.
Source: kubernetes.io: immutable ConfigMaps and Secrets, roleRef, StatefulSets, PersistentVolumeClaims, Jobs,
    StorageClasses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, field_names, listed
from rolloutgen.diff.object_diff import ObjectChange
from rolloutgen.kube.leaves import ABSENT
from rolloutgen.kube.release import CONFIG_MAP, SECRET, SERVICE, Kind
from rolloutgen.kube.tree import dig, mapping, path_text
from rolloutgen.model import Observation, Path

_FIXED: Mapping[Kind, tuple[Path, ...]] = {
    ("apps", "StatefulSet"): (
        ("spec", "volumeClaimTemplates"),
        ("spec", "serviceName"),
        ("spec", "podManagementPolicy"),
    ),
    ("", "PersistentVolumeClaim"): (
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeName"),
        ("spec", "volumeMode"),
    ),
    ("batch", "Job"): (("spec", "template"), ("spec", "completionMode")),
    ("rbac.authorization.k8s.io", "RoleBinding"): (("roleRef",),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (("roleRef",),),
    ("storage.k8s.io", "StorageClass"): (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    SECRET: (("type",),),
    SERVICE: (("spec", "clusterIP"),),
}
_WITH_IMMUTABLE = (("data",), ("stringData",), ("binaryData",), ("immutable",))


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(*_FIXED, CONFIG_MAP):
        if _is_hook(change) or change.action != "changed":
            continue
        fields = [name for path in _paths(change) for name in _touched(change, path)]
        if fields:
            yield Observation(
                change.after, (), f"the API server refuses the upgrade: {listed(fields)} cannot be changed"
            )


def _paths(change: ObjectChange) -> tuple[Path, ...]:
    kind = (change.ref.group, change.ref.kind)
    immutable = change.before is not None and dig(change.before.body, "immutable") is True
    return (*_FIXED.get(kind, ()), *(_WITH_IMMUTABLE if immutable and kind in (CONFIG_MAP, SECRET) else ()))


def _touched(change: ObjectChange, path: Path) -> list[str]:
    if path == ("spec", "clusterIP"):  # Kubernetes fills it in: giving it up or leaving it out is no change
        leaf = next((leaf for leaf in change.leaves if leaf.at == path), None)
        return [code("spec.clusterIP")] if leaf and ABSENT not in (leaf.before, leaf.after) else []
    return [code(path_text(path))] if field_names(change, path) else []


def _is_hook(change: ObjectChange) -> bool:
    return "helm.sh/hook" in mapping(change.manifest.body, "metadata", "annotations")


_CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
spec: {accessModes: [ReadWriteOnce], storageClassName: slow, resources: {requests: {storage: 1Gi}}}
"""

IMPACT = Impact(
    code="immutable-field",
    severity="error",
    order=0,
    observe=_observe,
    example=ImpactExample(
        _CLAIM, _CLAIM.replace("slow", "fast"), ("the API server refuses", "`spec.storageClassName`")
    ),
    counterexample=ImpactExample(_CLAIM, _CLAIM.replace("1Gi", "2Gi")),
)
