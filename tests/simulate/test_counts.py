"""The controller's arithmetic, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.simulate.counts import Pods, allowance, at_least, basic, split, threshold_met, weighted


@pytest.mark.parametrize(
    ("surge", "unavailable", "replicas", "expected"),
    [
        (None, None, 10, (3, 2)),  # 25 %, surge up, unavailable down
        ("25%", 0, 7, (2, 0)),
        (0, "30%", 9, (0, 2)),
        (0, "10%", 3, (0, 1)),  # both 0: one may be unavailable
        ("50", "0", 8, (4, 0)),  # a string is a percentage without its sign too
        (3, 9, 4, (3, 4)),  # no more unavailable than there are
        (1, "many", 5, (0, 0)),
        (None, None, 0, (0, 0)),
    ],
)
def test_allowance(surge: Any, unavailable: Any, replicas: int, expected: tuple[int, int]) -> None:
    assert allowance(surge, unavailable, replicas) == expected


@pytest.mark.parametrize(
    ("replicas", "weight", "most", "expected"),
    [(10, 5, 100, 1), (10, 0, 100, 0), (7, 33, 100, 3), (3, 100, 100, 3), (10, 500, 1000, 5), (0, 50, 100, 0)],
)
def test_with_a_router_weights_round_up(replicas: int, weight: int, most: int, expected: int) -> None:
    assert weighted(replicas, weight, most) == expected


@pytest.mark.parametrize(
    ("replicas", "weight", "surge", "expected"),
    [
        (10, 20, 0, (2, 8)),
        (10, 20, 1, (2, 8)),  # exact: no need for the spare pod
        (3, 50, 0, (2, 1)),  # a tie goes to the canary
        (3, 50, 1, (2, 2)),  # the spare pod makes it exact
        (10, 1, 0, (1, 9)),  # never none between 1 and 99 ...
        (10, 99, 0, (9, 1)),
        (1, 50, 0, (1, 0)),  # ... unless there is one pod and no surge
        (1, 50, 1, (1, 1)),
        (5, 0, 1, (0, 5)),
        (5, 100, 1, (5, 0)),
        (0, 50, 1, (0, 0)),
    ],
)
def test_without_a_router_pods_are_the_weight(
    replicas: int, weight: int, surge: int, expected: tuple[int, int]
) -> None:
    assert split(replicas, weight, surge) == expected


@pytest.mark.parametrize(
    ("replicas", "weight", "spare", "canary", "stable", "expected"),
    [
        (10, 10, (1, 1), Pods(0, 0), Pods(10, 10), (1, 9)),
        (10, 30, (3, 0), Pods(0, 0), Pods(10, 10), (3, 10)),  # nothing may go before the new ones are there
        (10, 30, (3, 0), Pods(3, 3), Pods(10, 10), (3, 7)),
        (10, 30, (0, 5), Pods(0, 0), Pods(10, 10), (0, 7)),  # no surge: first down
        (10, 30, (0, 5), Pods(0, 0), Pods(7, 7), (3, 7)),
        (1, 5, (1, 0), Pods(0, 0), Pods(1, 1), (1, 1)),
        (5, 0, (0, 1), Pods(3, 3), Pods(2, 2), (2, 2)),  # back: the canary gives way one by one
        (5, 0, (0, 1), Pods(2, 2), Pods(2, 2), (2, 3)),
        (4, 50, (1, 0), Pods(2, 0), Pods(3, 3), (2, 3)),  # broken canary pods: the stable side stays
        (4, 0, (1, 0), Pods(2, 0), Pods(3, 3), (1, 3)),  # ... and do not keep themselves: 2 + 3 are over 4
    ],
)
def test_steps_between_surge_and_availability(
    replicas: int, weight: int, spare: tuple[int, int], canary: Pods, stable: Pods, expected: tuple[int, int]
) -> None:
    assert basic(replicas, split(replicas, weight, spare[0]), spare, canary, stable) == expected


@pytest.mark.parametrize(
    ("count", "minimum", "replicas", "expected"),
    [(0, 3, 10, 0), (1, 3, 10, 3), (5, 3, 10, 5), (1, 5, 2, 2), (1, None, 2, 1)],
)
def test_min_pods_per_replica_set(count: int, minimum: int | None, replicas: int, expected: int) -> None:
    assert at_least(count, minimum, replicas) == expected


@pytest.mark.parametrize(
    ("kind", "value", "pods", "desired", "expected"),
    [
        ("", None, Pods(4, 4), 4, True),
        ("", None, Pods(4, 3), 4, False),
        ("", None, Pods(5, 5), 4, False),
        ("Percent", 50, Pods(4, 2), 4, True),
        ("Percent", 70, Pods(10, 7), 10, True),
        ("Percent", 70, Pods(10, 6), 10, False),
        ("Percent", 50, Pods(0, 0), 0, True),
        ("Pods", 3, Pods(10, 3), 10, True),
        ("Pods", 5, Pods(2, 2), 2, False),  # more than are desired: never
        ("Percent", -1, Pods(4, 3), 4, False),
    ],
)
def test_replica_progress_threshold(kind: str, value: int | None, pods: Pods, desired: int, expected: bool) -> None:
    assert threshold_met(kind, value, pods, desired) is expected
