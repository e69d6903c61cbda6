"""Faults and breaches in words: what is wrong, and what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rolloutgen.model import Json, SchemaError
from rolloutgen.schema.cel_rules import Breach
from rolloutgen.schema.engine import SchemaViolation
from rolloutgen.schema.formats import INTEGERS, SPOKEN

_HAS_COUNT = re.compile(r"\(has\(self\.(\w+)\) \? 1 : 0\)")
# Rules that occur often, in words.
_RULES = [
    (re.compile(form), message)
    for form, message in (
        (r"duration\(self\) >= duration\('(\w+)'\)", "{value} is not a duration of at least {0}, such as 10s or 1h30m"),
        (r'!self\.contains\("(.)"\)', '{value} must not contain "{0}"'),
        (r"!\(has\(self\.(\w+)\) && self\.type != '(\w+)'\)", "{0} goes with type {1} only"),
        (r"!\(!has\(self\.(\w+)\) && self\.type == '(\w+)'\)", "type {1} needs {0}"),
        (
            r"\(self\.type in \['Exact','PathPrefix'\]\) \? self\.value\.startsWith\('/'\) : true",
            "value must start with /",
        ),
        (
            r"\(size\(self\.group\) == 0 && self\.kind == 'Service'\) \? has\(self\.port\) : true",
            "a Service needs a port",
        ),
    )
]
_TYPES = {"object": "a map", "array": "a list", "integer": "an integer", "boolean": "true or false"}


def errors_of(fault: SchemaViolation) -> Iterator[SchemaError]:
    """The errors that one violation stands for, one for each field that is unknown or missing."""
    if not fault.node:
        yield SchemaError(fault.at, fault.message, "schema")
        return
    if fault.keyword == "additionalProperties":
        yield from _unknown(fault)
    elif fault.keyword == "required":
        yield from _missing(fault)
    elif fault.keyword == "propertyNames":
        yield from _keys(fault)
    else:
        code, message_of = _KEYWORDS.get(fault.keyword, ("schema", lambda fault: fault.message))
        yield SchemaError(fault.at, message_of(fault), code)


def error_of_breach(breach: Breach) -> SchemaError:
    """The error that a breach stands for."""
    if breach.keys:
        there = [key for key in breach.keys if breach.value.get(key) is not None]
        entry = ", ".join(f"{key} {_shown(breach.value[key])}" for key in there)
        return SchemaError(breach.at, f"the entry at index {breach.first} has the same {entry}", "duplicate-list-key")
    return SchemaError(breach.at, breach.message or _of_rule(breach), "rule-violation", breach.lint_code)


def _of_rule(breach: Breach) -> str:
    fields = _HAS_COUNT.findall(breach.rule)
    counted = _HAS_COUNT.sub("", breach.rule).replace("+", "").strip()
    if fields and counted in ("<= 1", "== 1"):
        names = ", ".join(fields)
        return f"only one of {names} may be set" if counted == "<= 1" else f"exactly one of {names} must be set"
    for form, message in _RULES:
        match = form.fullmatch(breach.rule)
        if match:
            return message.format(*match.groups(), value=_shown(breach.value))
    rule = " ".join(breach.rule.split())
    return f"breaks the resource's own rule: {rule if len(rule) <= 200 else rule[:197] + '...'}"


def _unknown(fault: SchemaViolation) -> Iterator[SchemaError]:
    known = list(fault.node.get("properties", ()))
    for name in fault.value:
        if name in known:
            continue
        close = _near(str(name), known, n=1, cutoff=0.6) or [
            other for other in known if other.lower() == str(name).lower()
        ]
        if close:
            hint = f'; did you mean "{close[0]}"?'
        elif known:
            hint = f"; known here: {_listed(known)}"
        else:
            hint = "; this map takes no fields"
        yield SchemaError((*fault.at, name), f"unknown field {_shown(name)}{hint}", "unknown-field")


def _missing(fault: SchemaViolation) -> Iterator[SchemaError]:
    for name in fault.node.get("required", ()):
        if name not in fault.value:
            yield SchemaError((*fault.at, name), f'"{name}" is required', "missing-field")


def _keys(fault: SchemaViolation) -> Iterator[SchemaError]:
    wanted = fault.node["propertyNames"]
    names = [fault.value] if isinstance(fault.value, str) else list(fault.value)
    for name in names:
        if len(name) > wanted.get("maxLength", len(name)):
            message = f"the key {_shown(name)} is longer than {wanted['maxLength']} characters"
            yield SchemaError((*fault.at, name), message, "malformed")
        elif not re.search(wanted.get("pattern", ""), name):
            message = f"the key {_shown(name)} is not {_form(wanted)}"
            yield SchemaError((*fault.at, name), message, "malformed")


def _wrong_type(fault: SchemaViolation) -> str:
    types = fault.node["type"] if isinstance(fault.node["type"], list) else [fault.node["type"]]
    wanted = " or ".join(_TYPES.get(name, f"a {name}") for name in types if name != "null" or len(types) == 1)
    hint = ""
    if fault.value is None:
        return f"null where {wanted} belongs"
    if wanted == "a string" and isinstance(fault.value, (bool, int, float)):
        hint = "; quote it"
    elif isinstance(fault.value, str) and re.fullmatch(r"-?\d+|true|false", fault.value):
        hint = "; remove the quotes"
    return f"{_shown(fault.value)} is not {wanted}{hint}"


def _wrong_value(fault: SchemaViolation) -> str:
    allowed = [item for item in fault.node.get("enum", [fault.node.get("const")]) if item not in ("", None)]
    close = _near(str(fault.value), map(str, allowed), n=1, cutoff=0.6) if len(allowed) > 1 else []
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f"{_shown(fault.value)} is not {'one of ' if len(allowed) > 1 else ''}{_listed(map(str, allowed), 20)}{hint}"


def _wrong_form(fault: SchemaViolation) -> str:
    return f"{_shown(fault.value)} is not {_form(fault.node)}"


def _form(node: Mapping[str, Any]) -> str:
    """The schema's own words for its pattern, or ours, or the pattern itself."""
    return node.get("x-form") or SPOKEN.get(node["pattern"]) or f"of the form {node['pattern']}"


def _out_of_range(fault: SchemaViolation) -> str:
    low, high = fault.node.get("minimum"), fault.node.get("maximum")
    for form, bounds in INTEGERS.items():
        if (low, high) == bounds:
            return f"{fault.value} does not fit into an {form}"
    if fault.keyword == "maximum" or high not in (None, INTEGERS["int32"][1], INTEGERS["int64"][1]):
        return f"{fault.value} is not between {low} and {high}" if low is not None else f"{fault.value} is above {high}"
    return f"{fault.value} is below {low}"


def _wrong_length(fault: SchemaViolation) -> str:
    limit, number = fault.node[fault.keyword], len(fault.value)
    what = "characters" if isinstance(fault.value, str) else "entries" if isinstance(fault.value, list) else "fields"
    if fault.keyword == "minLength" and number == 0:
        return "must not be empty"
    if fault.keyword.startswith("min"):
        return f"has {number} {what}, fewer than {limit}"
    return f"has {number} {what}, more than {limit}"


def _repeated(fault: SchemaViolation) -> str:
    twice = next((item for index, item in enumerate(fault.value) if item in fault.value[:index]), None)
    return f"{_shown(twice)} stands in the list twice"


def _wrong_combination(fault: SchemaViolation) -> str:
    fields = list(dict.fromkeys(_required_in(fault.node.get(fault.keyword, ()))))
    if not fields or not isinstance(fault.value, Mapping):
        return f"{_shown(fault.value)} has none of the allowed forms"
    there = [name for name in fields if name in fault.value]
    if fault.keyword == "oneOf" and len(there) > 1:
        return f"only one of {_listed(fields)} may be set, not {' and '.join(there)}"
    if not there:
        return f"one of {_listed(fields)} is required"
    return f"{_listed(fields)} are not set in an allowed combination"


def _required_in(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _required_in(item)
    elif isinstance(node, Mapping):
        yield from (name for name in node.get("required", ()))
        for key in ("anyOf", "oneOf", "allOf", "not"):
            yield from _required_in(node.get(key, ()))


_KEYWORDS: dict[str, tuple[str, Callable[[SchemaViolation], str]]] = {
    "type": ("wrong-type", _wrong_type),
    "enum": ("unknown-value", _wrong_value),
    "const": ("unknown-value", _wrong_value),
    "pattern": ("malformed", _wrong_form),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), ("out-of-range", _out_of_range)),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        ("wrong-length", _wrong_length),
    ),
    "uniqueItems": ("duplicate-list-key", _repeated),
    **dict.fromkeys(("oneOf", "anyOf", "allOf", "not"), ("wrong-combination", _wrong_combination)),
}


def _shown(value: Json) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(names: Iterable[str], most: int = 12) -> str:
    names = list(names)
    return ", ".join(names) if len(names) <= most else ", ".join(names[:most]) + f" and {len(names) - most} more"


def _near(word: str, known: Iterable[str], n: int, cutoff: float) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, list(known), n, cutoff)
