"""Reading what YAML holds without trusting it: a wrong type reads as absent. Judging types is the schemas' work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.model import Json, Path
from rolloutgen.objects.tree import as_list, as_map, dig


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
