"""A plan for a terminal: one table, as wide as the terminal allows."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ...planning import Planned
from . import words as said

_LEAST = 60  # narrower terminals scroll
_HEAD = ("step", "traffic", "canary", "stable", "peak", "from", "waits for", "abort")
_WORDS = (0, 6, 7)  # columns of words, to the left, that may be wrapped; the others hold numbers, to the right
_BREAKS = 10  # a column that is wider has its words broken before the table runs over
_ENOUGH = 46  # characters that the columns of words need to be read side by side


def text(plans: Sequence[Planned], width: int = 100) -> str:
    """All plans, one below the other, in lines of at most `width` characters (60 at least)."""
    return "\n".join("\n".join(_lines(planned, max(width, _LEAST))) + "\n" for planned in plans)


def _lines(planned: Planned, width: int) -> Iterator[str]:
    simulation = planned.simulation
    count = simulation.spec.replicas
    title = f"Rollout {simulation.spec.name}, {count} replica{'s' * (count != 1)}, after a change of its pod template:"
    yield from _wrapped(title, width, 2)
    yield ""
    rows = [_HEAD, *table(planned)]
    numbers = sum(max(len(row[column]) for row in rows) + 2 for column in range(len(_HEAD)) if column not in _WORDS)
    if width - numbers >= _ENOUGH:
        yield from _table(rows, range(len(_HEAD)), width)
    else:
        yield from _table(rows, range(6), width)
        yield ""
        yield from _table(rows, _WORDS, width)
    yield ""
    yield from _wrapped(f"total     {said.total(simulation)}", width, 10)
    if simulation.promoted and simulation.seconds_all > simulation.seconds:
        yield f"old pods  end after {said.span(simulation.seconds_all)}"
    yield from _wrapped(f"peak      {said.peak(planned)}", width, 10)
    for note in said.notes(planned):
        yield from _wrapped(f"note      {note}", width, 10)


def table(planned: Planned) -> list[tuple[str, ...]]:
    """The cells of the rows."""
    found = []
    for index, row in enumerate(planned.simulation.rows):
        number = f"{row.index + 1} " if row.index is not None else ""
        pods = [said.ranged(planned, index, field) for field in ("canary", "stable", "peak")]
        cells = (said.share(row), *pods, said.span(row.start), said.waits(row), said.abort_words(row))
        found.append((number + row.label, *cells))
    return found


def _table(rows: Sequence[tuple[str, ...]], columns: Sequence[int], width: int) -> Iterator[str]:
    """Some columns of the rows; those of words share what the numbers leave, each wrapped in its own."""
    sizes = {column: max(len(row[column]) for row in rows) for column in columns}
    longest = {
        c: max((len(word) for row in rows for word in row[c].split()), default=0) for c in columns if c in _WORDS
    }
    while sum(sizes.values()) + 2 * (len(columns) - 1) > width:
        wide = [column for column in longest if sizes[column] > longest[column]]
        wide = wide or [column for column in longest if sizes[column] > _BREAKS]
        if not wide:
            break
        sizes[max(wide, key=lambda column: sizes[column])] -= 1
    for row in rows:
        cells = {column: textwrap.wrap(row[column], size) or [""] for column, size in sizes.items()}
        for line in range(max(len(cell) for cell in cells.values())):
            parts = {column: cell[line] if line < len(cell) else "" for column, cell in cells.items()}
            shown = (f"{part:{'<' if c in _WORDS else '>'}{sizes[c]}}" for c, part in parts.items())
            yield "  ".join(shown).rstrip()


def _wrapped(line: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent=" " * indent, drop_whitespace=True)
