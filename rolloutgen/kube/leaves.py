"""The fields in which two bodies differ, one by one.

Values are told apart with their types: 1, 1.0, true and "1" are four values, null and absence are two. The items of a
list are compared by their position, or, for people, by their name, else by the order that moves fewest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rolloutgen.kube.tree import Named, dig
from rolloutgen.model import Json, Path

ORDER = "(order)"

# What names an item of a list, best first; the first of these that all items have, each a different one, is taken.
_NAMES: tuple[Path, ...] = (
    ("name",),
    ("metadata", "name"),
    ("mountPath",),
    ("devicePath",),
    ("containerPort",),
    ("port", "name"),
    ("port",),
    ("key",),
    ("host",),
    ("dnsName",),
    ("destination", "subset"),
    ("destination", "host"),
    ("ip",),
    ("topologyKey",),
    ("path",),
    ("secretName",),
    ("uri",),
)
_LARGE = 500_000  # cells of the table that aligning two lists may take


class _Absent:
    """The value on the side that has no such field: null is a value."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field. `old` and `new` are its paths by position in the two bodies, `at` the one for people."""

    at: Path
    old: Path
    new: Path
    before: Json
    after: Json


def leaves_by_position(before: Json, after: Json) -> Iterator[tuple[Path, Json, Json]]:
    """The fields in which two bodies differ, each with both values; items of lists by their position."""
    yield from ((leaf.at, leaf.before, leaf.after) for leaf in _leaves(before, after, (), None, by_name=False))


def leaves_by_name(before: Json, after: Json) -> Iterator[Leaf]:
    """The fields in which two bodies differ; items of lists by their names."""
    yield from _leaves(before, after, (), ((), ()), by_name=True)


def _leaves(before: Json, after: Json, at: Path, places: tuple[Path, Path] | None, *, by_name: bool) -> Iterator[Leaf]:
    """`places` are the paths in the two bodies; None where both are `at`."""
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            below = places and ((*places[0], key), (*places[1], key))
            yield from _leaves(before.get(key, ABSENT), after.get(key, ABSENT), (*at, key), below, by_name=by_name)
    elif isinstance(before, list) and isinstance(after, list):
        if by_name and places:
            yield from _items(before, after, at, places)
            return
        for index in range(max(len(before), len(after))):
            yield from _leaves(_item(before, index), _item(after, index), (*at, index), None, by_name=False)
    elif type(before) is not type(after) or not (before == after or (before != before and after != after)):
        old, new = places or (at, at)
        yield Leaf(at, old, new, before, after)


def _item(items: list[Any], index: int | None) -> Json:
    return items[index] if index is not None and index < len(items) else ABSENT


def _items(before: list[Any], after: list[Any], at: Path, places: tuple[Path, Path]) -> Iterator[Leaf]:
    if before == after and next(leaves_by_position(before, after), None) is None:
        return
    for name in _NAMES:
        olds, news = _named(before, name), _named(after, name)
        if olds is None or news is None:
            continue
        for key in dict.fromkeys((*olds, *news)):
            yield from _matched(before, after, (olds.get(key), news.get(key)), (*at, Named(key)), places)
        if [key for key in olds if key in news] != [key for key in news if key in olds]:
            yield Leaf((*at, ORDER), *places, list(olds), list(news))
        return
    for there, here in _aligned(before, after):
        step = here if here is not None else there
        assert step is not None  # a pair of nothing is none
        yield from _matched(before, after, (there, here), (*at, step), places)


def _matched(
    before: list[Any], after: list[Any], pair: tuple[int | None, int | None], at: Path, places: tuple[Path, Path]
) -> Iterator[Leaf]:
    """The leaves of two items; -1 stands in the path of the side that has none."""
    old, new = ((*place, -1 if index is None else index) for place, index in zip(places, pair, strict=True))
    yield from _leaves(_item(before, pair[0]), _item(after, pair[1]), at, (old, new), by_name=True)


def _named(items: list[Any], path: Path) -> dict[str, int] | None:
    """Position by name, None where the items are not all called so, or two alike."""
    found: dict[str, int] = {}
    for index, item in enumerate(items):
        name = dig(item, *path)
        if not isinstance(name, (str, int)) or isinstance(name, bool) or str(name) in found:
            return None
        found[str(name)] = index
    return found


def _aligned(before: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of positions; items that both sides have are matched, what stands between them by its position."""
    if len(before) * len(after) > _LARGE:
        for index in range(max(len(before), len(after))):
            yield (index if index < len(before) else None), (index if index < len(after) else None)
        return
    from difflib import SequenceMatcher

    olds, news = ([json.dumps(item, sort_keys=True, default=str) for item in side] for side in (before, after))
    for _, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        for step in range(max(b - a, d - c)):
            yield (a + step if a + step < b else None), (c + step if c + step < d else None)
