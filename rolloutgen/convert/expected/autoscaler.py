"""HorizontalPodAutoscaler, KEDA's ScaledObject and VerticalPodAutoscaler: they follow the workload to its new kind.

spec.replicas of a Rollout: never below its autoscaler's minimum, never above its maximum, never below 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Patched, Target
from rolloutgen.kube.references import target_of
from rolloutgen.kube.release import DEPLOYMENT
from rolloutgen.kube.tree import dig, drop, put
from rolloutgen.model import ROLLOUT_API, Decisions, Json, Manifest, Release

RULE = "autoscaler-target"

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def scales(manifest: Manifest, target: Target) -> bool:
    """Whether `manifest` is an autoscaler of the target's Deployment."""
    found = target_of(manifest)
    return found is not None and found.is_to(target.workload.ref, target.release.namespace)


def strays(objects: Sequence[Manifest], decisions: Decisions, release: Release) -> tuple[Manifest, ...]:
    """The autoscalers of converted workloads whose Deployment the render leaves out: they scale nothing, before and
    after, and name a Rollout all the same. Where a StatefulSet or DaemonSet has the name instead, they stay."""
    sites = {site for decision in decisions.workloads for site in decision.autoscaler_sites}
    there = {(m.ref.home(release.namespace), m.ref.name) for m in objects if m.ref.kind in _WORKLOADS}
    return tuple(
        manifest
        for manifest in objects
        if manifest.site in sites
        and _deployment(manifest)
        and (manifest.ref.home(release.namespace), _deployment(manifest)) not in there
    )


def _deployment(manifest: Manifest) -> str:
    """The name of the Deployment that an autoscaler scales; "" where it scales another kind."""
    found = target_of(manifest)
    return found.name if found and found.kind == DEPLOYMENT else ""


def retarget(body: Mapping[str, Any], manifest: Manifest) -> Patched:
    """The autoscaler's `body`, pointing at the Rollout of the same name."""
    target = target_of(manifest)
    assert target is not None  # it is one that scales a workload
    path = target.at[:-1]
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


REPLICAS_RULE = "replicas"


def with_replicas(
    body: Mapping[str, Any], target: Target, bounds: tuple[int, int] | None, decisions: Decisions
) -> Patched:
    """`body` with the replicas that `helm template` shows (where `lookup` finds nothing).

    `bounds` are the autoscaler's minimum and maximum, None without one: then the workload keeps its own.
    """
    if bounds is None:
        return body, ()
    path = ("spec", "replicas")
    changed = drop(body, path) if decisions.replicas == "omit" else put(body, path, _wanted(target, *bounds))
    same = dig(changed, *path) == dig(body, *path)
    return (body, ()) if same else (changed, ((path, REPLICAS_RULE),))


def _wanted(target: Target, minimum: int, maximum: int) -> int:
    given = target.block.get("replicas")
    wanted = given if isinstance(given, int) and not isinstance(given, bool) else minimum
    return min(max(wanted, minimum, 1), max(maximum, 1))
