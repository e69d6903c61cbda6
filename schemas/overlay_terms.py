"""How the overlay says things: short forms for enums, ranges, rules and the fields that recur."""

from __future__ import annotations

from typing import Any

from rolloutgen.schema.formats import LABEL_VALUE, PERCENT, PORT_NAME, QUALIFIED_NAME

Extra = dict[str, Any]


def enum(values: str, *, empty: bool = True) -> Extra:
    """One of these words; an empty string counts as unset unless `empty` is false."""
    return {"enum": [*values.split(), *([""] if empty else [])]}


def between(low: int, high: int | None = None) -> Extra:
    """A number from `low` to `high`."""
    return {"minimum": low} | ({} if high is None else {"maximum": high})


Check = tuple[str, str] | tuple[str, str, str]  # CEL rule, message, and the lint rule that says it with more detail


def rules(*checks: Check) -> Extra:
    """CEL rules, each with the message for those who break it."""
    names = ("rule", "message", "x-lint-code")
    return {"x-kubernetes-validations": [dict(zip(names, check, strict=False)) for check in checks]}


def at_most_one(*fields: str) -> tuple[str, str]:
    """The rule that no two of `fields` are set."""
    count = " + ".join(f"(has(self.{field}) ? 1 : 0)" for field in fields)
    return (f"{count} <= 1", f"only one of {', '.join(fields)} may be set")


def one_of(*fields: str) -> tuple[str, str]:
    """The rule that one of `fields` is set, and only one."""
    count = " + ".join(f"(has(self.{field}) ? 1 : 0)" for field in fields)
    return (f"{count} == 1", f"exactly one of {', '.join(fields)} must be set")


def unique(*keys: str) -> Extra:
    """Items of a list whose `keys` tell them apart."""
    return {"x-kubernetes-list-map-keys": list(keys)}


LONGEST_KEY = 253 + 1 + 63  # prefix/name
PORT_FIELD = between(1, 65535)
PORT_OR_ITS_NAME: Extra = {**PORT_FIELD, "maxLength": 15, "pattern": PORT_NAME}
COUNT_OR_PERCENT: Extra = {"minimum": 0, "pattern": PERCENT}
LABELS: Extra = {
    "propertyNames": {"maxLength": LONGEST_KEY, "pattern": QUALIFIED_NAME},
    "additionalProperties": {"type": "string", "maxLength": 63, "pattern": LABEL_VALUE},
}
