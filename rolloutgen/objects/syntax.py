"""What Kubernetes and Go accept as a name, a label, a quantity, a duration, a selector."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rolloutgen.model import Json, Path
from rolloutgen.objects.reading import listing, mapping, rows, text, texts

if TYPE_CHECKING:
    from decimal import Decimal

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DURATION = re.compile(r"[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)")
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_POWERS = dict(zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True))
_VALUES_WANTED = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}


def is_dns_label(name: str) -> bool:
    """Whether `name` is an RFC 1123 label: container, volume and Service names."""
    return len(name) <= 63 and _DNS_LABEL.fullmatch(name) is not None


def is_dns_subdomain(name: str) -> bool:
    """Whether `name` is an RFC 1123 subdomain: most object names."""
    return len(name) <= 253 and _DNS_SUBDOMAIN.fullmatch(name) is not None


def is_port_name(name: str) -> bool:
    """Whether `name` is an IANA service name: at most 15 of a-z, 0-9 and single inner hyphens, with a letter."""
    shape = _DNS_LABEL.fullmatch(name) is not None and "--" not in name
    return shape and len(name) <= 15 and any(letter.isalpha() for letter in name)


def is_env_name(name: str) -> bool:
    """Whether `name` can name an environment variable: printable ASCII without "=" (the rule since 1.30)."""
    return bool(name) and all(" " <= letter <= "~" and letter != "=" for letter in name)


@lru_cache(maxsize=4096)
def is_label_key(key: str) -> bool:
    """Whether `key` is a qualified name: an optional DNS subdomain and a slash, then at most 63 characters."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_dns_subdomain(prefix):
        return False
    return len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def is_label_value(value: str) -> bool:
    """Whether `value` can be the value of a label: empty, or at most 63 characters of a qualified name."""
    return value == "" or (len(value) <= 63 and _QUALIFIED.fullmatch(value) is not None)


def duration(value: str) -> float | None:
    """The seconds that Go's time.ParseDuration reads; None where it refuses (no unit, days, spaces)."""
    if _DURATION.fullmatch(value) is None:
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(value))
    return -seconds if value.startswith("-") else seconds


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


def selector_faults(selector: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What Kubernetes refuses in a label selector: the path in it and the reason."""
    for key, value in mapping(selector, "matchLabels").items():
        if not is_label_key(str(key)):
            yield ("matchLabels", str(key)), f"{key!r} is not a label key"
        if isinstance(value, str) and not is_label_value(value):
            yield ("matchLabels", str(key)), f"{value!r} is not a label value"
    for index, expression in rows(selector, "matchExpressions"):
        at: Path = ("matchExpressions", index)
        key, operator = text(expression, "key"), text(expression, "operator")
        if not is_label_key(key):
            yield (*at, "key"), f"{key!r} is not a label key"
        if operator not in _VALUES_WANTED:
            yield (*at, "operator"), f"{operator!r} is not one of In, NotIn, Exists, DoesNotExist"
        elif _VALUES_WANTED[operator] != bool(listing(expression, "values")):
            yield (*at, "values"), f"{operator} " + ("needs values" if _VALUES_WANTED[operator] else "takes no values")
        for value in texts(expression, "values"):
            if not is_label_value(value):
                yield (*at, "values"), f"{value!r} is not a label value"


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether a label selector (matchLabels, matchExpressions) matches `labels`; an empty one matches everything."""
    if any(labels.get(key) != value for key, value in mapping(selector, "matchLabels").items()):
        return False
    return all(_holds(expression, labels) for _, expression in rows(selector, "matchExpressions"))


def _holds(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = text(expression, "key"), texts(expression, "values")
    operator = text(expression, "operator")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (operator == "Exists")
