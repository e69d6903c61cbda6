"""Blocks of YAML that stand in values.yaml as comments: what a chart's author had in mind for a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen import goyaml
from rolloutgen.model import Json, Path

_KEY = re.compile(r"^( *)([\w.-]+|\"[^\"]+\"|'[^']+') *:(?:\s+(.*))?$")
_COMMENT = re.compile(r"^( *)#(?!#)( ?)(.*)$")
_STARTS = re.compile(r"^(?:-\s+\S|[\w.-]+ *:(?:\s|$))")
_PROSE = re.compile(r"^(?:[A-Z][\w-]*:\s+\w+\s+\w+|ref:|note:|e\.g|see |default:|@|--)", re.IGNORECASE)


def commented_values(text: str) -> tuple[tuple[Path, Json], ...]:
    """(path, value) of each key, or list, that a comment block of a values file holds, in order.

    Where a block stands is told by its indentation: deeper than the key above, it is that key's value; as deep, it
    holds keys beside it. What is no YAML, or prose, is left out.
    """
    found: list[tuple[Path, Json]] = []
    stack: list[tuple[int, str]] = []
    lines = text.splitlines()
    position = 0
    while position < len(lines):
        line = lines[position]
        comment = _COMMENT.match(line)
        if comment:
            column = len(comment[1])
            stop = position
            block: list[str] = []
            while stop < len(lines) and (one := _COMMENT.match(lines[stop])) and len(one[1]) == column:
                block.append(f"{one[2]}{one[3]}")
                stop += 1
            found += _of_block(block, column, stack)
            position = stop
            continue
        key = _KEY.match(line)
        if key:
            indent = len(key[1])
            stack = [held for held in stack if held[0] < indent]
            stack.append((indent, key[2].strip("\"'")))
        elif line.strip().startswith("- "):
            indent = len(line) - len(line.lstrip())
            stack = [held for held in stack if held[0] < indent or (held[0] == indent and held is stack[-1])]
        position += 1
    return tuple(found)


def _of_block(lines: list[str], column: int, stack: list[tuple[int, str]]) -> Iterator[tuple[Path, Json]]:
    above = [held for held in stack if held[0] < column]
    parent: Path = tuple(name for _, name in above)
    for body in _parsed(lines):
        if isinstance(body, dict):
            yield from (((*parent, str(key)), value) for key, value in body.items() if value is not None)
        elif isinstance(body, list) and parent:
            yield parent, body


def _parsed(lines: list[str]) -> Iterator[Json]:
    """The YAML of a block's lines: each run from a line that begins a key or an item to where the indentation ends."""
    position = 0
    while position < len(lines):
        bare = lines[position].strip()
        if not _STARTS.match(bare) or _PROSE.match(bare):
            position += 1
            continue
        indent = _indent(lines[position])
        stop = position + 1
        dashes = bare.startswith("- ")
        while stop < len(lines) and (
            _indent(lines[stop]) > indent
            or (_indent(lines[stop]) == indent and lines[stop].strip().startswith("- ") and lines[stop].strip())
            or (_indent(lines[stop]) == indent and not dashes and _is_key(lines[stop]))
        ):
            stop += 1
        body = _loaded(lines[position:stop])
        if body is not None:
            yield body
        position = stop


def _is_key(line: str) -> bool:
    bare = line.strip()
    return bool(_STARTS.match(bare)) and not _PROSE.match(bare) and not bare.startswith("- ")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if line.strip() else -1


def _loaded(lines: list[str]) -> Json:
    try:
        body = goyaml.load("\n".join(lines))
    except goyaml.YamlError:
        return None
    return body if isinstance(body, dict | list) else None
