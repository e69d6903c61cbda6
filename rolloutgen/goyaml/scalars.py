"""Go's rules for plain YAML scalars: what `010`, `y`, `1e3`, `2024-01-01` and `1:30` mean to Helm."""

from __future__ import annotations

import math
import re
import struct
from typing import Any

from rolloutgen.model import Json

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_INT = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")
_FIRST_OF_NUMBER = frozenset("0123456789+-.")

_WORDS: dict[str, Any] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
}


class YamlError(ValueError):
    """Text that Go's YAML refuses. `problem` is one line, `line` 1-based (1 when libyaml does not say)."""

    def __init__(self, problem: str, line: int = 1) -> None:
        super().__init__(f"line {line}: {problem}")
        self.problem, self.line = problem, line


def plain(text: str) -> Json:
    """The value of a plain scalar by Go's rules. Raises YamlError for NaN and infinities, which JSON has not."""
    if text in _WORDS:
        value = _WORDS[text]
        if isinstance(value, float):
            raise YamlError(f"unsupported value: {text}")
        return value
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    return _number(text)


def _number(text: str) -> Json:
    if text[0] == ".":
        return _json_float(float(text)) if _DOT_FLOAT.fullmatch(text) else text
    if len(text) > 400 or (text[4:5] == "-" and _DATE.fullmatch(text)):
        return text
    digits = text.replace("_", "")
    if _INT.fullmatch(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(digits):
        return _json_float(float(digits))
    return text


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _json_float(number: float) -> Json:
    """JSON writes whole floats without a point, and the API server reads them back as integers."""
    if math.isinf(number):
        raise YamlError("a number out of range")
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


def is_special(text: str) -> bool:
    """Whether a plain scalar may be anything else than the string that it spells."""
    return text in _WORDS or text[0] in _FIRST_OF_NUMBER


def float_key(number: float) -> str:
    """Go writes a float key with the fewest digits that give the same 32-bit float."""
    single = struct.unpack("f", struct.pack("f", number))[0]
    texts = (f"{single:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if struct.unpack("f", struct.pack("f", float(text)))[0] == single), str(number))
