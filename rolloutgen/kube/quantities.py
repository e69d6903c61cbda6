"""Resource quantities as Kubernetes reads them ("500m", "1Gi", 2), and integers that may be percentages."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from rolloutgen.model import Json

if TYPE_CHECKING:
    from decimal import Decimal


_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")


_POWERS = dict(zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True))


def quantity(value: Json) -> Decimal | None:
    """The number that a resource quantity stands for ("500m", "1Gi", 2, 0.5); None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    match = _QUANTITY.fullmatch(str(value).strip(" "))  # the server trims it too
    if match is None:
        return None
    from decimal import Decimal

    number, unit = Decimal(match[1]), match[2] or ""
    if unit[:1] in ("e", "E") and len(unit) > 1 and not unit.endswith("i"):
        return number.scaleb(int(unit[1:])) if len(unit) < 6 else None
    if unit.endswith("i"):
        return number * Decimal(1024) ** ("KMGTPE".index(unit[0]) + 1)
    return number.scaleb(_POWERS.get(unit, 0))


def percent_or_int(value: Json) -> int | None:
    """What the controller makes of maxSurge and its like: 25 of 25, "25" and "25%"; 0 of any other string."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)%|([+-]?\d+)", value)
        return int(match[1] or match[2]) if match else 0
    return None


# The server takes spaces from both ends first.
QUANTITY = (
    r"^ *(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?[0-9]+))? *$"
)


_SUFFIXES = {
    **{unit: Fraction(10) ** (3 * power) for power, unit in enumerate(("n", "u", "m"), start=-3)},
    **{unit: Fraction(10) ** (3 * power) for power, unit in enumerate(("", "k", "M", "G", "T", "P", "E"))},
    **{unit: Fraction(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}
_GO_QUANTITY = re.compile(QUANTITY)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def go_quantity(value: str | int | float) -> Fraction | None:
    """The number that a quantity ("100m", "1Gi", 0.5) stands for, None when it is not one."""
    text = str(value).strip(" ")  # as the server does
    if not _GO_QUANTITY.match(text) or isinstance(value, bool):
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
