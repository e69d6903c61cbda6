"""Durations as Go reads them (time.ParseDuration)."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


_DURATION = re.compile(r"[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)")


_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")


_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(value: str) -> float | None:
    """The seconds that Go's time.ParseDuration reads; None where it refuses (no unit, days, spaces)."""
    if _DURATION.fullmatch(value) is None:
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(value))
    return -seconds if value.startswith("-") else seconds


_UNITS = {
    "ns": Fraction(1),
    "us": Fraction(10**3),
    "µs": Fraction(10**3),
    "μs": Fraction(10**3),
    "ms": Fraction(10**6),
    "s": Fraction(10**9),
    "m": Fraction(60 * 10**9),
    "h": Fraction(3600 * 10**9),
}


_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")


def go_duration(text: str) -> int | None:
    """Nanoseconds of a duration that Go's time.ParseDuration accepts ("1h30m", "1.5s", "0"), else None.

    Days are no unit of Go, and a bare number other than 0 has none.
    """
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = Fraction(0), 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None:
            return None
        total += Fraction(part[1].rstrip(".")) * _UNITS[part[2]]
        position = part.end()
    return sign * int(total) if rest and total < 2**63 else None
