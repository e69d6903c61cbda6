"""Blue-green, rule by rule."""

from __future__ import annotations

import pytest

from rolloutgen.simulate import simulate

from .build import blue_green, spec_of


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # all at once: twice the pods, and the old ones half a minute longer
        ("", [("preview", 3, 3), ("switch", 3, 3), ("old pods end", 3, 0)]),
        (
            "autoPromotionEnabled: false, previewReplicaCount: 1",
            [("preview", 1, 3), ("pause", 1, 3), ("full size", 3, 3), ("switch", 3, 3), ("old pods end", 3, 0)],
        ),
        (
            "autoPromotionSeconds: 60",
            [("preview", 3, 3), ("autoPromotionSeconds", 3, 3), ("switch", 3, 3), ("old pods end", 3, 0)],
        ),
        ("previewReplicaCount: 5", [("preview", 5, 3), ("full size", 3, 3), ("switch", 3, 3), ("old pods end", 3, 0)]),
        ("scaleDownDelaySeconds: 0", [("preview", 3, 3), ("switch", 3, 3), ("old pods stay", 3, 3)]),
        ("scaleDownDelayRevisionLimit: 0", [("preview", 3, 3), ("switch", 3, 3), ("old pods end", 3, 0)]),
    ],
)
def test_rows(more: str, expected: list[tuple[str, int, int]]) -> None:
    rows = blue_green(3, more).rows
    assert [(row.label, row.end.canary, row.end.stable) for row in rows] == expected


def test_without_pods_there_is_nothing_to_wait_for() -> None:
    found = blue_green(0, "scaleDownDelaySeconds: 60")
    assert (found.seconds_all, found.peak) == (0, 0)


def test_traffic_switches_as_a_whole() -> None:
    rows = blue_green(3, "autoPromotionEnabled: false").rows
    assert [row.end.share for row in rows] == [0, 0, 1, 1]


def test_time() -> None:
    simulation = blue_green(3, "autoPromotionSeconds: 60, previewReplicaCount: 1", ready=10)
    assert simulation.seconds == 10 + 60 + 10 and simulation.seconds_all == simulation.seconds + 30


def test_auto_promotion_that_is_off_waits_for_a_person_whatever_the_seconds() -> None:
    simulation = blue_green(3, "autoPromotionEnabled: false, autoPromotionSeconds: 60")
    assert [wait.kind for wait in simulation.open_waits] == ["person"] and simulation.seconds == 0


def test_analyses_stand_before_and_after_the_switch() -> None:
    text = """
kind: Rollout
spec:
  replicas: 2
  strategy:
    blueGreen:
      activeService: web
      prePromotionAnalysis: {templates: [{templateName: smoke}]}
      postPromotionAnalysis: {templates: [{templateName: elsewhere}]}
---
kind: AnalysisTemplate
metadata: {name: smoke}
spec: {metrics: [{name: a, interval: 30s, count: 3}, {name: b, initialDelay: 10s}]}
"""
    rows = simulate(spec_of(text)).rows
    labels = [row.label for row in rows]
    assert labels == ["preview", "prePromotionAnalysis", "switch", "postPromotionAnalysis", "old pods end"]
    assert rows[1].seconds == 60, "three measurements have two intervals between them"
    assert rows[3].waits[0].seconds is None, "a template of another chart: nobody can tell"
