"""spec.replicas of a Rollout: never below its autoscaler's minimum, never above its maximum, never below 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.model import Decisions
from rolloutgen.objects.tree import dig, drop, put
from rolloutgen.survey.target import Patched, Target

RULE = "replicas"


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
    return (body, ()) if same else (changed, ((path, RULE),))


def _wanted(target: Target, minimum: int, maximum: int) -> int:
    given = target.block.get("replicas")
    wanted = given if isinstance(given, int) and not isinstance(given, bool) else minimum
    return min(max(wanted, minimum, 1), max(maximum, 1))
