"""Reading and changing nested maps and lists that others share: a change copies only what lies on its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rolloutgen.model import Json, Path


def dig(value: Json, *path: str | int) -> Json:
    """What lies at `path`; None where a step is missing or leads through something that is no map or list."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return None
            value = value[step]
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def maps(value: Json) -> list[Mapping[str, Any]]:
    """The maps in a list; nothing where `value` is no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def as_map(value: Json) -> Mapping[str, Any]:
    """`value` where it is a map, else an empty one: reads values that may be null or missing."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def put(value: Json, path: Path, new: Json) -> Json:
    """A copy of `value` with `new` at `path`; maps that are missing on the way are made, all else is shared."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(value)
        items[step] = put(items[step], rest, new)
        return items
    entries = dict(as_map(value))
    entries[step] = put(entries.get(step), rest, new)
    return entries


def drop(value: Json, path: Path) -> Json:
    """A copy of `value` without the map entry at `path`; `value` itself where there is none."""
    *parents, last = path
    entry = dig(value, *parents)
    if not isinstance(entry, Mapping) or last not in entry:
        return value
    return put(value, tuple(parents), {key: item for key, item in entry.items() if key != last})


def map_strings(
    value: Json, change: Callable[[Path, str], str], *, skip: Callable[[Path], bool] | None = None, path: Path = ()
) -> Json:
    """`value` with `change` applied to each string in it; `value` itself (not a copy) where nothing changes.

    `skip` tells which paths are left out with all that lies below them.
    """
    if isinstance(value, str):
        return change(path, value)
    if isinstance(value, Mapping):
        entries = {
            key: item
            if item.__class__ not in _HOLDS_STRINGS or (skip and skip((*path, key)))
            else map_strings(item, change, skip=skip, path=(*path, key))
            for key, item in value.items()
        }
        return entries if any(entries[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [map_strings(item, change, skip=skip, path=(*path, index)) for index, item in enumerate(value)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


_HOLDS_STRINGS = frozenset({str, dict, list})


def overlay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` over it as sprig's mergeOverwrite does: maps merge, all else replaces (null and [] too)."""
    merged = dict(base)
    for key, new in over.items():
        old = merged.get(key)
        merged[key] = overlay(old, new) if isinstance(old, Mapping) and isinstance(new, Mapping) else new
    return merged
