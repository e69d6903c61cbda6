"""Nulls: a server that decodes into Go types takes one for an absent field; for a custom resource it is a value."""

from __future__ import annotations

from collections.abc import Mapping

from rolloutgen.model import Json


def has_null(value: Json) -> bool:
    """Whether a null stands anywhere in `value`."""
    if isinstance(value, Mapping):
        return any(item is None or has_null(item) for item in value.values())
    return isinstance(value, list) and any(item is None or has_null(item) for item in value)


def without_nulls(value: Json) -> Json:
    """A copy without the fields that hold null. Nulls in lists stay: there they hold a place."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
