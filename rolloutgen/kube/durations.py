"""Durations as Go reads them (time.ParseDuration)."""

from __future__ import annotations

import re

_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_SECOND = 10**9
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,  # the sign for micro, and the Greek letter
    "μs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}


def nanoseconds(text: str) -> int | None:
    """Nanoseconds of a duration that Go's time.ParseDuration accepts ("1h30m", "1.5s", "0"), else None.

    Days are no unit of Go, and a bare number other than 0 has none.
    """
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or not (part[1] or part[2]):
            return None
        unit, fraction = _UNITS[part[3]], part[2] or ""
        total += int(part[1] or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        position = part.end()
    return sign * total if rest and total < 2**63 else None


def seconds(text: str) -> float | None:
    """Seconds of a duration of Go, None where it is none (see `nanoseconds`)."""
    found = nanoseconds(text)
    return None if found is None else found / _SECOND
