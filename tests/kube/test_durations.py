"""Durations as Go reads them."""

from __future__ import annotations

import pytest

from rolloutgen.kube import durations

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", 0),
        ("10s", 10 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("1.5s", 3 * SECOND // 2),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("-2m", -120 * SECOND),
        ("+2m", 120 * SECOND),
        ("100us", 100_000),
        ("100µs", 100_000),
        ("1d", None),
        ("1.5", None),
        ("10", None),
        ("", None),
        ("-", None),
        ("s", None),
        ("1 s", None),
        ("--1s", None),
        (".", None),
        (".s", None),
        ("1H", None),
        ("1h ", None),
        ("1m1m", 120 * SECOND),
        ("1h 30m", None),
        ("300000000h", None),
    ],
)
def test_durations(text: str, found: int | None) -> None:
    assert durations.nanoseconds(text) == found


def test_seconds() -> None:
    assert durations.seconds("250ms") == 0.25
    assert durations.seconds("-1m1.5s") == -61.5
    assert durations.seconds("5") is None
