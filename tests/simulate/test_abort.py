"""What an abort does, step by step."""

from __future__ import annotations

import pytest

from rolloutgen.simulate.table import Abort

from .build import ROUTED, blue_green, canary

DYNAMIC = f"{ROUTED}, dynamicStableScale: true"


def aborted(replicas: int, steps: str, more: str, row: int, *, ready: float = 0.0) -> Abort:
    abort = canary(replicas, steps, more, ready=ready).rows[row].abort
    assert abort is not None
    return abort


def moments(abort: Abort) -> list[tuple[float, int | None, int, int]]:
    return [(moment.at, moment.weight, moment.canary, moment.stable) for moment in abort.moments]


def test_traffic_goes_back_at_once_and_pods_after_the_delay() -> None:
    abort = aborted(6, "{setWeight: 50}, {pause: {}}", ROUTED, 1)
    assert moments(abort)[0] == (0, 0, 3, 6)
    assert moments(abort)[-1] == (30, 0, 0, 6)
    assert abort.gone == 30 and abort.peak == 9


@pytest.mark.parametrize(
    ("more", "steps", "gone", "left"),
    [
        ("abortScaleDownDelaySeconds: 5", "{setWeight: 50}", 5, 0),
        # 0 means never by time: the first step's setCanaryScale holds, and without one nothing asks for pods
        ("abortScaleDownDelaySeconds: 0", "{setCanaryScale: {replicas: 2}}, {setWeight: 50}", None, 2),
        ("abortScaleDownDelaySeconds: 0", "{setWeight: 50}", 0, 0),
        # a deadline further away than the controller's own round is not honoured
        ("abortScaleDownDelaySeconds: 899", "{setWeight: 50}", 899, 0),
        ("abortScaleDownDelaySeconds: 900", "{setWeight: 50}", 0, 0),
    ],
)
def test_abort_delays(more: str, steps: str, gone: float | None, left: int) -> None:
    abort = aborted(6, steps, f"{ROUTED}, {more}", 0)
    assert (abort.gone, abort.moments[-1].canary) == (gone, left)


def test_without_a_router_the_pods_are_the_traffic() -> None:
    """Surge 3: three stable pods come first (10 s), then the canary gives way, then the last two come."""
    abort = aborted(10, "{setWeight: 50}, {pause: {}}", "maxSurge: 3, maxUnavailable: 0", 1, ready=10)
    assert moments(abort)[0][2:] == (5, 8)
    assert moments(abort)[-1] == (20, None, 0, 10)
    assert abort.peak == 13


def test_dynamic_stable_scale_goes_back_through_the_weights() -> None:
    """No pod gives way before its traffic has a pod on the stable side."""
    steps = "{setWeight: 20}, {pause: {}}, {setWeight: 50}, {pause: {}}"
    abort = aborted(10, steps, DYNAMIC, 3, ready=10)
    weights = [moment.weight for moment in abort.moments]
    assert weights == sorted((weight or 0 for weight in weights), reverse=True) and set(weights) == {50, 20, 0}
    for moment in abort.moments:
        assert moment.stable >= 10 - (moment.weight or 0) / 10
    assert moments(abort)[-1] == (20, 0, 0, 10)


def test_dynamic_stable_scale_with_a_delay_keeps_the_canary_until_then() -> None:
    steps = "{setWeight: 60}, {pause: {}}"
    abort = aborted(10, steps, f"{DYNAMIC}, abortScaleDownDelaySeconds: 40", 1, ready=10)
    assert abort.gone == 50 and abort.moments[0].canary == 6, "40 s after the stable side is whole again"


def test_blue_green_before_the_switch() -> None:
    simulation = blue_green(4, "autoPromotionEnabled: false, previewReplicaCount: 1")
    abort = simulation.rows[1].abort
    assert abort is not None
    assert [(m.at, m.share, m.canary, m.stable) for m in abort.moments] == [(0, 0, 1, 4), (30, 0, 0, 4)]


def test_blue_green_after_the_switch_goes_back() -> None:
    analysis = "postPromotionAnalysis: {templates: [{templateName: smoke}]}, abortScaleDownDelaySeconds: 0"
    simulation = blue_green(4, analysis)
    row = next(row for row in simulation.rows if row.label == "postPromotionAnalysis")
    assert row.end.share == 1 and row.abort is not None
    assert row.abort.moments[-1].share == 0 and row.abort.gone is None


def test_what_is_promoted_cannot_be_aborted() -> None:
    assert canary(2, "{setWeight: 50}", ROUTED).rows[-1].abort is None
