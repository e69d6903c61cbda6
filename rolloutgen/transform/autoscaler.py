"""HorizontalPodAutoscaler, KEDA's ScaledObject and VerticalPodAutoscaler: they follow the workload to its new kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.model import ROLLOUT_API, Json, Manifest
from rolloutgen.objects.tree import as_map, dig, put
from rolloutgen.survey.target import Patched, Target, namespace_of

RULE = "autoscaler-target"

# (group, kind) -> the field that names the workload
_REFS = {
    ("autoscaling", "HorizontalPodAutoscaler"): "scaleTargetRef",
    ("keda.sh", "ScaledObject"): "scaleTargetRef",
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): "targetRef",
}


def scales(manifest: Manifest, target: Target) -> bool:
    """Whether `manifest` is an autoscaler of the target's Deployment."""
    field = _REFS.get((manifest.ref.group, manifest.ref.kind))
    if field is None or namespace_of(manifest, target.release) != target.namespace:
        return False
    ref = as_map(dig(manifest.body, "spec", field))
    kind = ref.get("kind")
    # Only KEDA takes a missing kind for Deployment.
    fits = kind == "Deployment" or (kind is None and manifest.ref.kind == "ScaledObject")
    return fits and ref.get("name") == target.name


def retarget(body: Mapping[str, Any], manifest: Manifest) -> Patched:
    """The autoscaler's `body`, pointing at the Rollout of the same name."""
    path = ("spec", _REFS[manifest.ref.group, manifest.ref.kind])
    changed = put(put(body, (*path, "apiVersion"), ROLLOUT_API), (*path, "kind"), "Rollout")
    return changed, (((*path, "apiVersion"), RULE), ((*path, "kind"), RULE))


def bounds(manifest: Manifest) -> tuple[int, int] | None:
    """The (minimum, maximum) of replicas that an autoscaler sets; None where it sets none."""
    if manifest.ref.kind == "HorizontalPodAutoscaler":
        minimum = _number(dig(manifest.body, "spec", "minReplicas"), 1)
        return minimum, _number(dig(manifest.body, "spec", "maxReplicas"), max(minimum, 1))
    if manifest.ref.kind == "ScaledObject":
        minimum = _number(dig(manifest.body, "spec", "minReplicaCount"), 0)
        return minimum, _number(dig(manifest.body, "spec", "maxReplicaCount"), 100)
    return None


def _number(value: Json, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
