"""Durations and quantities as Go reads them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rolloutgen.kube.durations import go_duration
from rolloutgen.kube.quantities import go_quantity

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
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
        ("1h 30m", None),
        ("300000000h", None),
    ],
)
def test_durations(text: str, nanoseconds: int | None) -> None:
    assert go_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100m", Fraction(1, 10)),
        ("1Gi", Fraction(2**30)),
        ("1E", Fraction(10**18)),
        ("1e3", Fraction(1000)),
        ("1E-3", Fraction(1, 1000)),
        ("5.", Fraction(5)),
        ("-1.5k", Fraction(-1500)),
        (2, Fraction(2)),
        (0.5, Fraction(1, 2)),
        ("1Gx", None),
        ("", None),
        ("one", None),
        ("1 Gi", None),
    ],
)
def test_quantities(text: str | float, number: Fraction | None) -> None:
    assert go_quantity(text) == number
