"""Nulls: a server that decodes into Go types takes one for an absent field or an empty value; for a custom resource it
is a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolloutgen.model import Json, Path

_REF = "#/$defs/"
_ZEROS: dict[str, Json] = {"string": "", "object": {}, "array": [], "integer": 0, "number": 0, "boolean": False}


def has_null(value: Json) -> bool:
    """Whether a null stands anywhere in `value`."""
    if isinstance(value, Mapping):
        return any(item is None or has_null(item) for item in value.values())
    return isinstance(value, list) and any(item is None or has_null(item) for item in value)


def is_null(value: Json, at: Path) -> bool:
    """Whether a null stands at `at`; not where nothing does."""
    for step in at:
        if isinstance(value, Mapping) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return False
    return value is None


def without_nulls(value: Json) -> Json:
    """A copy without the fields that hold null. Nulls in lists stay: there they hold a place."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def decoded(schema: Mapping[str, Any], value: Json) -> Json:
    """`value` as a server decodes it that knows the types of `schema`: a field that holds null is absent; in a list,
    and as a value of a map, a null is the empty value of the type. Where the type is not known it stays in lists and
    goes from maps."""
    return _decoded(schema, value, schema.get("$defs", {}))


def _decoded(node: Mapping[str, Any], value: Json, defs: Mapping[str, Any]) -> Json:
    node = _resolved(node, defs)
    if isinstance(value, list):
        items = node.get("items", {})
        return [_empty(items, defs) if item is None else _decoded(items, item, defs) for item in value]
    if not isinstance(value, Mapping):
        return value
    named, rest = node.get("properties", {}), node.get("additionalProperties")
    rest = rest if isinstance(rest, Mapping) else {}
    out: dict[str, Json] = {}
    for key, item in value.items():
        if item is not None:
            out[key] = _decoded(named.get(key, rest), item, defs)
        elif key not in named and (empty := _empty(rest, defs)) is not None:
            out[key] = empty
    return out


def _resolved(node: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    while str(node.get("$ref", "")).startswith(_REF) and node["$ref"].removeprefix(_REF) in defs:
        node = defs[node["$ref"].removeprefix(_REF)]  # what stands beside a reference says nothing of types
    return node


def _empty(node: Mapping[str, Any], defs: Mapping[str, Any]) -> Json:
    types = _resolved(node, defs).get("type")
    if types == ["number", "string"]:
        return "0"  # a quantity
    first = types[0] if isinstance(types, list) and types else types
    zero = _ZEROS.get(str(first))
    return type(zero)() if isinstance(zero, (dict, list)) else zero
