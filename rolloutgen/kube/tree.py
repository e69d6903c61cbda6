"""Reading what YAML holds without trusting it: a wrong type reads as absent. Judging types is the schemas' work.

Reading and changing nested maps and lists that others share: a change copies only what lies on its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rolloutgen.model import Json, Path


def mapping(value: Json, *path: str | int) -> Mapping[str, Any]:
    """The mapping at `path`; an empty one where there is none."""
    return as_map(dig(value, *path))


def listing(value: Json, *path: str | int) -> list[Json]:
    """The list at `path`; an empty one where there is none."""
    return as_list(dig(value, *path))


def rows(value: Json, *path: str | int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings in the list at `path`, each with its index; entries of another type are passed over."""
    for index, row in enumerate(listing(value, *path)):
        if isinstance(row, Mapping):
            yield index, row


def text(value: Json, *path: str | int) -> str:
    """The string at `path`; "" where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


def texts(value: Json, *path: str | int) -> list[str]:
    """The strings in the list at `path`."""
    return [entry for entry in listing(value, *path) if isinstance(entry, str)]


def integer(value: Json, *path: str | int) -> int | None:
    """The whole number at `path`; None where there is none (a boolean is not a number)."""
    found = dig(value, *path)
    if isinstance(found, bool):
        return None
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) else None


def leaves(value: Json, at: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value below `value` that is neither a mapping nor a list, with its path, in order."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from leaves(entry, (*at, str(key)))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from leaves(entry, (*at, index))
    else:
        yield at, value


def strings(value: Json, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string below `value`, with its path."""
    for path, leaf in leaves(value, at):
        if isinstance(leaf, str):
            yield path, leaf


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


class Named(str):
    """A step of a path into a list: the item of that name."""


_PLAIN_KEY = re.compile(r"[\w-]*|\([a-z]+\)")


def path_text(at: Path) -> str:
    """A path as people write it: `spec.template.spec.containers[0].image`, `metadata.labels["example.org/x"]`."""
    out = ""
    for step in at:
        if isinstance(step, (int, Named)):
            out += f"[{step}]"
        else:
            out += f".{step}" if _PLAIN_KEY.fullmatch(str(step)) else f'["{step}"]'
    return out.removeprefix(".")


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
