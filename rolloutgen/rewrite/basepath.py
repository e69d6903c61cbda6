"""Templates that are included by their path: the path follows a template that is renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ..source.draft import EditFile, Item, Rename, Split
from ..source.refuse import refuse
from ..source.sources import Source, Sources
from ..text import Edit, Span

REASON = "base-path"
_LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|`([^`]*)`")
_FOLDER = "templates/"


def rewrite(sources: Sources, items: Sequence[Item]) -> Iterator[Item]:
    """The edits that make includes by path follow the renames among `items`. Raises ChartRefused for a path that is
    split: its text stands in several files then."""
    moves: dict[str, str | None] = {item.path: item.to for item in items if isinstance(item, Rename)}
    for item in items:
        if isinstance(item, Split) and all(piece.to != item.path for piece in item.pieces):
            moves[item.path] = None
    if not moves:
        return
    for source in sources.files.values():
        yield from _includes(source, moves, sources.chart.name)


def _includes(source: Source, moves: Mapping[str, str | None], chart: str) -> Iterator[Item]:
    for action in source.template.actions:
        inner = action.inner.of(source.text)
        by_base = "Template.BasePath" in inner
        if not by_base and "include" not in inner and "template" not in inner:
            continue
        for literal in _LITERAL.finditer(inner):
            group = 1 if literal[1] is not None else 2
            path = literal[group]
            old = _template(path, chart, by_base=by_base)
            if old not in moves:
                continue
            to = moves[old]
            if to is None:
                raise refuse(
                    "included-file-split",
                    source,
                    action.span.start,
                    f"it includes {old} by its path, and the conversion splits that file",
                    "Move the documents of that file into files of their own first.",
                )
            start = action.inner.start + literal.start(group)
            tail = old.removeprefix(_FOLDER)
            new = f"{path.removesuffix(tail)}{to.removeprefix(_FOLDER)}"
            yield EditFile(source.path, Edit(Span(start, start + len(path)), new, REASON))


def _template(literal: str, chart: str, *, by_base: bool) -> str:
    """The template that a literal of an include names, "" for other texts.

    With the base path it is "/x.yaml" or "%s/x.yaml", without it "chart/templates/x.yaml"."""
    if by_base:
        head, slash, tail = literal.partition("/")
        return f"{_FOLDER}{tail}" if slash and head in ("", "%s") else ""
    return literal.removeprefix(f"{chart}/") if literal.startswith(f"{chart}/{_FOLDER}") else ""
