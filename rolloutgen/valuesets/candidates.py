"""Values that may take a branch which the given ones do not: each a change of one place in the effective values.

What templates read, through loops as well, tells which places decide something; the shape of what is empty follows from
what is read below it, from the last key, and from blocks that values.yaml has as comments.
"""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.branches import Branch
from rolloutgen.gotemplate.conditions import EACH, Keys, Read, reads_by_action
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.goyaml import dumped
from rolloutgen.model import Json, Path
from rolloutgen.valuesets.commented import commented_values
from rolloutgen.valuesets.toggles import SHAPES, with_own_names

Group = Literal["on", "off", "literal", "emptied"]
_WORD = "rg-toggle"
_DEEPEST = 6  # of a shape made from what is read below a value
_MOST_LITERALS = 6
_STRINGS: tuple[tuple[str, Json], ...] = (
    (r"enabled?$|^create$|^enable|^use[A-Z]|^install", True),
    (r"^min|^max|replicas?$|port$|count$|seconds$|number$|percent|utilization|threshold|weight|limit$|periods?$", 3),
    (r"hosts?(name)?$|domain$|fqdn$", "rg-toggle.example.org"),
    (r"url$|uri$|endpoint$", "http://rg-toggle.example.org"),
    (r"schedule$|cron$", "0 3 * * *"),
    (r"storage$|size$|memory$", "1Gi"),
    (r"^cpu$", "100m"),
    (r"interval$|timeout$|duration$", "30s"),
    (r"cidrs?$|ranges?$", "192.0.2.0/24"),
    (r"ip$|address$", "192.0.2.1"),
    (r"path$", "/rg-toggle"),
    (r"digest$|sha256$", "sha256:" + "0" * 64),
    (r"pathtype$", "Prefix"),
    (r"accessmodes?$", "ReadWriteOnce"),
)
_NAMES = tuple((re.compile(pattern, re.IGNORECASE), value) for pattern, value in _STRINGS)


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One place of the effective values, and another value for it."""

    path: Path
    value: Json
    group: Group

    @property
    def name(self) -> str:
        """The place and the value, as `--set` writes them; what is long is cut."""
        shown = "..." if isinstance(self.value, dict | list) and self.value else _shown(self.value)
        return f"{_path_name(self.path)}={shown}"


def _path_name(path: Path) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


@dataclass(slots=True)
class _Node:
    """A place that templates read, by what they do with it."""

    uses: set[str] = field(default_factory=set)
    literals: list[str] = field(default_factory=list)
    pairs: bool = False
    below: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidates:
    """The moves of a chart over its effective values `values`."""

    values: Mapping[str, Any]
    moves: tuple[Move, ...]
    reads: Mapping[tuple[str, int], tuple[Read, ...]]

    def of(self, group: Group) -> tuple[Move, ...]:
        """The moves of a group."""
        return tuple(move for move in self.moves if move.group == group)

    @cached_property
    def _by_keys(self) -> Mapping[Keys, tuple[Move, ...]]:
        found: dict[Keys, list[Move]] = {}
        for move in self.moves:
            found.setdefault(_wild(move.path, self.values), []).append(move)
        return {keys: tuple(moves) for keys, moves in found.items()}

    def about(self, branch: Branch) -> tuple[Move, ...]:
        """The moves of what the conditions of a branch's own block read, the last part of the path first."""
        keys = dict.fromkeys(read.keys for read in self.reads.get((branch.path, branch.number), ()))
        found = [move for one in keys for move in self._by_keys.get(one, ())]
        found += [move for move in self.moves if any(_covers(move, one, self.values) for one in keys)]
        return tuple(dict.fromkeys(found))


def _wild(path: Path, values: Json) -> Keys:
    """The path with EACH in the place of indexes of lists."""
    return tuple(EACH if isinstance(key, int) else key for key in path)


def _covers(move: Move, keys: Keys, values: Json) -> bool:
    """Whether a move is of `keys`, with EACH for any key, or of a place above that it fills."""
    path = move.path
    if len(path) > len(keys) or (len(path) < len(keys) and not move.value):
        return False
    return all(key == EACH or str(one) == key for one, key in zip(path, keys, strict=False))


def find_candidates(chart: Chart, branches: Sequence[Branch], values: Mapping[str, Any]) -> Candidates:
    """The candidates over the effective values, those of loops and commented blocks included.

    Raises ChartError where a template's blocks do not match.
    """
    tree = _Node()
    by_block: dict[tuple[str, int], tuple[Read, ...]] = {}
    words: set[str] = set()
    for path in sorted(chart.template_paths):
        if path.endswith("NOTES.txt"):
            continue
        _read_file(chart.text(path), path, tree, by_block, words, branches)
    dependencies = set(_dependencies(chart))
    commented = commented_values(chart.text("values.yaml")) if "values.yaml" in chart.files else ()
    found = [*_from_comments(commented, values, tree), *_from_reads(tree, values)]
    found += _from_values(values, words, dependencies)
    unique: dict[tuple[Path, str, str], Move] = {}
    for move in found:
        unique.setdefault((move.path, repr(move.value), move.group), move)
    return Candidates(values, tuple(_without_shadowed(list(unique.values()))), by_block)


def _without_shadowed(moves: list[Move]) -> Iterator[Move]:
    """One filling a place: the first; what is known of it (as a comment) goes before what is guessed."""
    filled: set[Path] = set()
    for move in moves:
        if move.group == "on":
            if any(move.path[: len(path)] == path for path in filled):
                continue
            filled.add(move.path)
        yield move


def _read_file(
    text: str,
    path: str,
    tree: _Node,
    by_block: dict[tuple[str, int], tuple[Read, ...]],
    words: set[str],
    branches: Sequence[Branch],
) -> None:
    """Enters what one template reads: into the tree, by branch, and the words of its conditions."""
    by_opener: dict[int, tuple[Read, ...]] = {}
    helpers = path.endswith(".tpl")
    for action, reads in reads_by_action(text, path):
        by_opener[action.span.start] = tuple(read for read in reads if read.use != "text")
        if helpers or action.keyword in ("if", "with", "range", "else", "assign"):
            words.update(re.findall(r"\w+", action.inner.of(text)))
        for read in reads:
            _enter(tree, read)
    numbers = {branch.body.start: branch.number for branch in branches if branch.path == path}
    for block in parse(text, path).blocks:
        known: tuple[Read, ...] = ()
        for opener in block.openers:
            known += by_opener.get(opener.span.start, ())
            if opener.span.end in numbers:
                by_block[path, numbers[opener.span.end]] = known


def _enter(tree: _Node, read: Read) -> None:
    node = tree
    for key in read.keys[:_DEEPEST]:
        node = node.below.setdefault(key, _Node())
    if len(read.keys) <= _DEEPEST:
        node.uses.add(read.use)
        node.pairs |= read.pairs
        node.literals += [literal for literal in read.literals if literal not in node.literals]


def _dependencies(chart: Chart) -> Iterator[str]:
    for entry in chart.metadata.get("dependencies") or ():
        if isinstance(entry, dict):
            yield str(entry.get("alias") or entry.get("name"))


def _from_reads(tree: _Node, values: Json, path: Path = ()) -> Iterator[Move]:
    """The moves of each place that is read: switches turned, what is empty filled, what it is compared with."""
    for key, node in tree.below.items():
        for step, value in _elements(values, key):
            here = (*path, step)
            yield from _of_place(node, here, value)
            if value not in (None, "", {}, []):
                yield from _from_reads(node, value, here)


def _elements(values: Json, key: str) -> Iterator[tuple[str | int, Json]]:
    if key == EACH:
        pairs: Iterable[tuple[str | int, Json]] = ()
        if isinstance(values, dict):
            pairs = values.items()
        elif isinstance(values, list):
            pairs = enumerate(values)
        yield from pairs
    elif isinstance(values, dict):
        yield key, values.get(key)


def _of_place(node: _Node, path: Path, value: Json) -> Iterator[Move]:
    decides = bool(node.uses - {"text"}) or bool(node.below)
    if isinstance(value, bool):
        if "truth" in node.uses:
            yield Move(path, not value, "off" if value else "on")
        return
    if not decides:
        return
    if isinstance(value, str) or value is None:
        literals = [literal for literal in node.literals if literal != value][:_MOST_LITERALS]
        yield from (Move(path, literal, "literal") for literal in literals)
        if node.literals and not value:
            yield Move(path, _named_value(str(path[-1]), text=True), "literal")
    if value in (None, "", {}, []) and not isinstance(value, int):
        filled = _filling(node, str(path[-1]), value, 0)
        if filled not in (None, "", {}, []):
            yield Move(path, with_own_names(filled, tuple(map(str, path))), "on")
    elif node.uses & {"truth", "loop"} and not isinstance(value, bool):
        empty: Json = {} if isinstance(value, dict) else [] if isinstance(value, list) else ""
        yield Move(path, 0 if isinstance(value, int | float) else empty, "emptied")


def _filling(node: _Node, key: str, value: Json, depth: int) -> Json:
    """Something plausible for a place that is empty; `value` is what is there: "", {} and [] keep their shape."""
    if depth > _DEEPEST:
        return None
    if value == "" and isinstance(value, str):
        if key in SHAPES:
            return SHAPES[key] if "yaml" in node.uses else textwrap.dedent(dumped(SHAPES[key]))
        return node.literals[0] if node.literals and node.literals[0] else _named_value(key, text=True)
    known = SHAPES.get(key)
    if known is not None and (value is None or type(value) is type(known)) and not set(node.below) - {EACH}:
        return copy.deepcopy(known)
    named = {name: below for name, below in node.below.items() if name != EACH}
    if named and not isinstance(value, list):
        parts = {name: _filling(below, name, None, depth + 1) for name, below in named.items()}
        return {name: part for name, part in parts.items() if part is not None}
    if EACH in node.below or "loop" in node.uses or isinstance(value, list):
        element = node.below.get(EACH)
        item = _filling(element, _singular(key), None, depth + 1) if element else _named_value(_singular(key))
        if item is None:
            return None
        pairs = node.pairs or isinstance(value, dict)
        return {_WORD: item} if pairs and not isinstance(value, list) else [item]
    if "yaml" in node.uses or isinstance(value, dict):
        return {_WORD: "x"} if "yaml" in node.uses else None
    if node.literals:
        return node.literals[0]
    return _named_value(key)


def _singular(key: str) -> str:
    return key[:-1] if key.endswith("s") else key


def _named_value(key: str, *, text: bool = False) -> Json:
    for pattern, value in _NAMES:
        if pattern.search(key):
            return str(value).lower() if text and not isinstance(value, str) else value
    return _WORD


def _from_comments(commented: Sequence[tuple[Path, Json]], values: Json, tree: _Node) -> Iterator[Move]:
    """The blocks that values.yaml has as comments, where templates read the place and it is absent or empty."""
    for path, value in commented:
        current, node = values, tree
        for key in path:
            current = current.get(key) if isinstance(current, dict) else None
            node = node.below.get(str(key)) or node.below.get(EACH) or _Node()
        read = node.uses or node.below
        above = _above(path, tree)
        if current in (None, "", {}, []) and not isinstance(current, bool | int) and (read or above):
            yield Move(path, value, "on")


def _above(path: Path, tree: _Node) -> bool:
    """Whether a place above is printed as it is."""
    node = tree
    for key in path[:-1]:
        found = node.below.get(str(key)) or node.below.get(EACH)
        if found is None:
            return False
        node = found
        if node.uses & {"yaml", "text", "loop"}:
            return True
    return False


def _from_values(values: Json, words: set[str], left_out: set[str], path: Path = ()) -> Iterator[Move]:
    """Every switch in the values whose key some condition names, wherever it stands."""
    pairs: Iterable[tuple[str | int, Json]] = ()
    if isinstance(values, dict):
        pairs = values.items()
    elif isinstance(values, list):
        pairs = enumerate(values)
    for key, value in pairs:
        if not path and key in left_out:
            continue
        if isinstance(value, bool):
            if isinstance(key, str) and (key in words or key.replace("-", "") in words):
                yield Move((*path, key), not value, "off" if value else "on")
        else:
            yield from _from_values(value, words, left_out, (*path, key))


def lay(moves: Iterable[Move], values: Mapping[str, Any]) -> dict[str, Any]:
    """The moves as overrides of the effective values: a list that holds one is given whole, as Helm replaces lists."""
    overrides: dict[str, Any] = {}
    for move in sorted(moves, key=lambda one: len(one.path)):
        _set(overrides, values, move.path, copy.deepcopy(move.value))
    return overrides


def _set(overrides: Any, values: Json, path: Path, value: Json) -> None:
    key, rest = path[0], path[1:]
    if not rest:
        overrides[key] = value
        return
    current = values.get(key) if isinstance(values, dict) else None
    if isinstance(overrides, list):
        if isinstance(key, int) and key < len(overrides):
            _set(overrides[key], overrides[key], rest, value)
        return
    if isinstance(current, list):
        held = overrides.get(key)
        if not isinstance(held, list):
            held = overrides[key] = copy.deepcopy(current)
        index = rest[0]
        if isinstance(index, int) and index < len(held):
            if len(rest) == 1:
                held[index] = value
            elif isinstance(held[index], dict | list):
                _set(held[index], held[index], rest[1:], value)
        return
    held = overrides.get(key)
    if not isinstance(held, dict):
        held = overrides[key] = {}
    _set(held, current if isinstance(current, dict) else {}, rest, value)
