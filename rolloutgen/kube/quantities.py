"""Resource quantities as Kubernetes reads them ("500m", "1Gi", 2), and integers that may be percentages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rolloutgen.model import Json

if TYPE_CHECKING:
    from decimal import Decimal

# The pattern of the API server's own schemas; it takes spaces from both ends first.
QUANTITY = (
    r"^ *(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?[0-9]+))? *$"
)
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,4})?")
_POWERS = dict(zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True))


def quantity(value: Json) -> Decimal | None:
    """The number that a resource quantity stands for ("500m", "1Gi", 2, 0.5); None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    match = _QUANTITY.fullmatch(str(value).strip(" "))
    if match is None:
        return None
    from decimal import Decimal

    number, unit = Decimal(match[1]), match[2] or ""
    if unit.endswith("i"):
        return number * Decimal(1024) ** ("KMGTPE".index(unit[0]) + 1)
    return number.scaleb(_POWERS[unit] if unit in _POWERS else int(unit[1:] or 0))


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
