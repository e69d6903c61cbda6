"""How many pods: the controller's arithmetic with replicas, weights, surge and availability."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from rolloutgen.model import Json

_NUMBER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class Pods:
    """A ReplicaSet: how many pods it shall have, and how many are available."""

    replicas: int = 0
    available: int = 0


def allowance(surge: Json, unavailable: Json, replicas: int) -> tuple[int, int]:
    """maxSurge (rounded up) and maxUnavailable (rounded down) as numbers of pods, each 25 % where it is None.

    A string is a percentage with and without its sign. Where both come to 0, one pod may be unavailable; where one of
    them cannot be read, both are 0.
    """
    most = _scaled("25%" if surge is None else surge, replicas, math.ceil)
    least = _scaled("25%" if unavailable is None else unavailable, replicas, math.floor)
    if most is None or least is None:
        return 0, 0
    if most == 0 and least == 0:
        least = 1
    return most, min(least, replicas)


def _scaled(value: Json, replicas: int, rounded: Callable[[float], int]) -> int | None:
    if isinstance(value, str):
        number = value.replace("%", "")
        return rounded(int(number) * replicas / 100) if _NUMBER.fullmatch(number) else None
    return int(value) if isinstance(value, (int, float)) else None


def weighted(replicas: int, weight: int, most: int = 100) -> int:
    """The pods that a traffic weight asks for, rounded up: the rule with traffic routing."""
    return math.ceil(weight * replicas / most)


def split(replicas: int, weight: int, surge: int) -> tuple[int, int]:
    """Canary and stable pods that come closest to `weight` percent without a router.

    One pod more than `replicas` may be used where there is surge. A weight between 1 and 99 never gives a version no
    pod at all, unless there is only one pod and no surge. Of two that are equally close, the first in the order below
    wins: rounded up, rounded down, then the same with one pod more.
    """
    if replicas == 0:
        return 0, 0
    up, down = math.ceil(replicas * weight / 100), math.floor(replicas * weight / 100)
    may_be_none = weight in (0, 100) or (replicas == 1 and surge == 0)
    options: list[tuple[int, int]] = []
    if up < replicas or may_be_none:
        options.append((up, replicas))
    if not _tied(replicas, weight) and (down or may_be_none):
        options.append((down, replicas))
    if surge > 0:
        options.append((up, replicas + 1))
        if not _tied(replicas + 1, weight) and (down or may_be_none):
            options.append((down, replicas + 1))
    if not options:
        return 0, replicas
    canary, total = min(options, key=lambda option: abs(option[0] * 100 / option[1] - weight))
    return canary, total - canary


def _tied(total: int, weight: int) -> bool:
    return math.modf(total * (weight / 100))[0] == 0.5


def basic(replicas: int, goal: tuple[int, int], spare: tuple[int, int], canary: Pods, stable: Pods) -> tuple[int, int]:
    """The next canary and stable replicas on the way to `goal`, without a router.

    `spare` are maxSurge and maxUnavailable in pods. First up, the stable side before the canary, as far as
    `replicas` + surge allows; then down the side that loses traffic, as far as enough pods stay available.
    """
    limit, least = replicas + spare[0], replicas - spare[1]
    new, old = canary.replicas, stable.replicas
    room = limit - new - old
    if old < goal[1] and room > 0:
        old, room = (old + room, 0) if old + room < goal[1] else (goal[1], room - (goal[1] - old))
    if new < goal[0] and room > 0:
        new = min(new + room, goal[0])
    grows = goal[0] >= canary.replicas
    # The side that shrinks counts with the pods it shall have: broken pods must not keep it from shrinking.
    standing = _standing(canary, trusted=not grows) + _standing(stable, trusted=grows)
    if standing <= least:
        return new, old
    surplus = standing - least
    if grows:
        old = max(goal[1], stable.replicas - surplus) if stable.replicas > goal[1] else old
        old, new = _within(old, new, stable, canary, limit, least)
    else:
        new = max(goal[0], canary.replicas - surplus) if canary.replicas > goal[0] else new
        new, old = _within(new, old, canary, stable, limit, least)
    return new, old


def _standing(pods: Pods, *, trusted: bool) -> int:
    return pods.replicas if trusted or pods.replicas < pods.available else pods.available


def _within(down: int, up: int, shrinking: Pods, growing: Pods, limit: int, least: int) -> tuple[int, int]:
    """Both sides within the surge; what the growing side gives up for that must not cost availability."""
    up -= max(0, up + down - limit)
    available = min(shrinking.available, down) + min(growing.available, up)
    up += min(max(0, growing.available - up), max(0, least - available))
    return down - max(0, up + down - limit), up


def at_least(count: int, minimum: int | None, replicas: int) -> int:
    """`count`, but not fewer than minPodsPerReplicaSet (itself no more than `replicas`); none stays none."""
    return count if count == 0 or minimum is None else max(count, min(minimum, replicas))


def threshold_met(kind: str, value: int | None, pods: Pods, desired: int) -> bool:
    """Whether enough pods are available to go on: replicaProgressThreshold, all of them where there is none.

    "Pods" compares with the value alone, however many are desired.
    """
    if value is None or value < 0:
        return pods.replicas == desired == pods.available
    if kind == "Percent":
        return desired == 0 or pods.available / desired * 100 >= value - 1e-10
    return pods.available >= value
