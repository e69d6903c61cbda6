"""Durations and quantities as Go reads them."""

from __future__ import annotations

import re
from fractions import Fraction

from rolloutgen.schema.forms import QUANTITY

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
_SUFFIXES = {
    **{unit: Fraction(10) ** (3 * power) for power, unit in enumerate(("n", "u", "m"), start=-3)},
    **{unit: Fraction(10) ** (3 * power) for power, unit in enumerate(("", "k", "M", "G", "T", "P", "E"))},
    **{unit: Fraction(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}
_QUANTITY = re.compile(QUANTITY)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


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


def quantity(value: str | int | float) -> Fraction | None:
    """The number that a quantity ("100m", "1Gi", 0.5) stands for, None when it is not one."""
    text = str(value).strip(" ")  # as the server does
    if not _QUANTITY.match(text) or isinstance(value, bool):
        return None
    number = _NUMBER.match(text)
    if number is None:
        return None
    suffix = text[number.end() :]
    if suffix in _SUFFIXES:
        return Fraction(number[0].rstrip(".")) * _SUFFIXES[suffix]
    exponent = suffix[1:]
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", exponent):
        return None
    return Fraction(number[0].rstrip(".")) * Fraction(10) ** int(exponent)
