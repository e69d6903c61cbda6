"""Canaries, rule by rule: what each step leaves behind."""

from __future__ import annotations

import pytest

from .build import ROUTED, canary, shown

DYNAMIC = f"{ROUTED}, dynamicStableScale: true"


def numbers(steps: str, more: str, replicas: int) -> list[tuple[int | None, int, int]]:
    """Weight, canary and stable pods of each row."""
    return [row[1:] for row in shown(canary(replicas, steps, more))]


@pytest.mark.parametrize(
    ("replicas", "steps", "more", "expected"),
    [
        # 20 % of 10 are 2; the stable side stays whole, the canary of the end needs 10 more, the old ones go last
        (10, "{setWeight: 20}, {setWeight: 50}", ROUTED, [(20, 2, 10), (50, 5, 10), (100, 10, 10), (0, 10, 0)]),
        # rounded up: 10 % of 7
        (7, "{setWeight: 10}", ROUTED, [(10, 1, 7), (100, 7, 7), (0, 7, 0)]),
        # no pods, no weight
        (5, "{setCanaryScale: {replicas: 0}}, {setWeight: 30}", ROUTED, [(0, 0, 5), (0, 0, 5), (100, 5, 5), (0, 5, 0)]),
        # one pod carries half until the scale matches again
        (
            6,
            "{setCanaryScale: {replicas: 1}}, {setWeight: 50}, {setCanaryScale: {matchTrafficWeight: true}}",
            ROUTED,
            [(0, 1, 6), (50, 1, 6), (50, 3, 6), (100, 6, 6), (0, 6, 0)],
        ),
        # matchTrafficWeight before any traffic takes the pods away again
        (
            4,
            "{setCanaryScale: {replicas: 2}}, {setCanaryScale: {matchTrafficWeight: true}}, {setWeight: 25}",
            ROUTED,
            [(0, 2, 4), (0, 0, 4), (25, 1, 4), (100, 4, 4), (0, 4, 0)],
        ),
        # a weight for pods alone; a number beyond the replicas counts as it is
        (9, "{setCanaryScale: {weight: 25}}, {setWeight: 5}", ROUTED, [(0, 3, 9), (5, 3, 9), (100, 9, 9), (0, 9, 0)]),
        # ... and is promoted without ever having a weight, because enough of it is available
        (3, "{setCanaryScale: {replicas: 5}}", ROUTED, [(0, 5, 3), (0, 3, 3), (0, 3, 0)]),
        # 0 and 100
        (5, "{setWeight: 0}, {setWeight: 100}", ROUTED, [(0, 0, 5), (100, 5, 5), (100, 5, 5), (0, 5, 0)]),
        # minPodsPerReplicaSet: for the weight, not for a fixed number without dynamicStableScale
        (
            10,
            "{setWeight: 5}, {setCanaryScale: {replicas: 1}}",
            f"{ROUTED}, minPodsPerReplicaSet: 3",
            [(5, 3, 10), (5, 1, 10), (100, 10, 10), (0, 10, 0)],
        ),
        # setCanaryScale without a router does nothing
        (4, "{setCanaryScale: {replicas: 1}}, {setWeight: 50}", "", [(None, 0, 4), (None, 2, 2), (None, 4, 0)]),
        # no steps: all at once for a router, within the surge without one
        (6, "", ROUTED, [(0, 6, 6), (0, 6, 0)]),
        (6, "", "maxSurge: 2, maxUnavailable: 0", [(None, 6, 0)]),
        # nothing to do for no replicas
        (0, "{setWeight: 50}", ROUTED, [(0, 0, 0), (0, 0, 0)]),
    ],
)
def test_weights_and_pods(replicas: int, steps: str, more: str, expected: list[tuple[int | None, int, int]]) -> None:
    found = numbers(steps, more, replicas)
    assert found == expected


def test_dynamic_stable_scale_follows_the_weight_one_look_later() -> None:
    """The stable pods go only after the traffic has: at the end of setWeight they are still there."""
    steps = "{setWeight: 20}, {pause: {}}, {setWeight: 55}, {pause: {}}"
    assert numbers(steps, DYNAMIC, 10) == [
        (20, 2, 10),
        (20, 2, 8),
        (55, 6, 8),
        (55, 6, 5),  # 45 % of 10, rounded up
        (100, 10, 5),
        (0, 10, 0),
    ]


def test_dynamic_stable_scale_keeps_the_minimum_of_both() -> None:
    more = f"{DYNAMIC}, minPodsPerReplicaSet: 3"
    found = numbers("{setWeight: 5}, {pause: {}}, {setWeight: 95}, {pause: {}}", more, 10)
    assert found[1] == (5, 3, 10)  # 95 % of 10, rounded up
    assert found[3] == (95, 10, 3)


@pytest.mark.parametrize(
    ("replicas", "more", "peak"),
    [
        (10, ROUTED, 20),
        (10, "maxSurge: 3, maxUnavailable: 0", 13),
        (10, "maxSurge: 0, maxUnavailable: 2", 10),
        (1, "", 2),
    ],
)
def test_peak(replicas: int, more: str, peak: int) -> None:
    assert canary(replicas, "{setWeight: 50}", more).peak == peak


def test_no_more_pods_than_the_surge_allows_at_any_step() -> None:
    simulation = canary(15, "{setWeight: 60}, {setWeight: 20}, {setWeight: 95}", "maxSurge: 20%, maxUnavailable: 1")
    assert simulation.promoted and all(row.peak <= 18 for row in simulation.rows)


def test_a_threshold_of_more_pods_than_the_step_has_never_goes_on() -> None:
    more = f"{ROUTED}, replicaProgressThreshold: {{type: Pods, value: 5}}"
    simulation = canary(10, "{setWeight: 20}, {pause: {}}", more)
    assert not simulation.promoted
    assert simulation.rows[-1].index == 0 and simulation.rows[-1].waits[-1].kind == "never"


def test_a_step_without_a_kind_never_goes_on() -> None:
    assert not canary(2, "{}, {setWeight: 50}").promoted


def test_the_old_pods_wait_for_their_delay() -> None:
    simulation = canary(4, "{setWeight: 50}", ROUTED)
    assert (simulation.seconds, simulation.seconds_all) == (0, 30)
    assert canary(4, "", f"{ROUTED}, scaleDownDelaySeconds: 300").seconds_all == 300
    assert canary(4, "", "maxSurge: 1").seconds_all == 0, "without a router there is no delay"


def test_old_pods_with_a_delay_of_zero_stay() -> None:
    last = canary(4, "", f"{ROUTED}, scaleDownDelaySeconds: 0").rows[-1]
    assert (last.label, last.end.stable, last.waits[-1].kind) == ("old pods stay", 4, "never")


def test_no_delayed_revisions_means_at_once() -> None:
    last = canary(4, "", f"{ROUTED}, scaleDownDelayRevisionLimit: 0").rows[-1]
    assert (last.end.stable, last.waits) == (0, ())


def test_time_adds_up() -> None:
    steps = "{setWeight: 20}, {pause: {duration: 1m30s}}, {setWeight: 40}, {pause: {}}"
    simulation = canary(5, steps, ROUTED, ready=20)
    assert [row.start for row in simulation.rows] == [0, 20, 110, 130, 130, 150]
    assert simulation.seconds == 150 and [wait.kind for wait in simulation.open_waits] == ["person"]


def test_waves_of_pods_take_their_time_each() -> None:
    """One pod at a time: five waves of ten seconds."""
    assert canary(5, "", "maxSurge: 1, maxUnavailable: 0", ready=10).seconds == 50


def test_an_experiment_adds_pods_for_its_time_and_half_a_minute() -> None:
    trial = "templates: [{name: base, specRef: stable, replicas: 2}, {name: new, specRef: canary, weight: 5}]"
    simulation = canary(
        10, f"{{setWeight: 10}}, {{experiment: {{duration: 5m, {trial}}}}}, {{pause: {{duration: 1m}}}}", ROUTED
    )
    assert [row.peak for row in simulation.rows[:3]] == [11, 14, 14]
    assert simulation.rows[1].seconds == 300
    assert simulation.rows[3].peak == 20, "after the pause they are gone"


def test_a_paused_rollout_does_nothing() -> None:
    from rolloutgen.simulate import simulate

    from .build import spec_of

    text = "kind: Rollout\nspec: {replicas: 3, paused: true, strategy: {canary: {steps: [{setWeight: 50}]}}}"
    simulation = simulate(spec_of(text))
    assert not simulation.promoted and shown(simulation)[0][2:] == (0, 3)
