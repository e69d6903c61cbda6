"""A plan for a pull request: a table, what the table cannot say, and the ways of requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...planning import Planned
from . import words
from .mermaid import mermaid
from .text import table

_HEAD = "| step | traffic | canary pods | stable pods | peak | from | waits for | abort here |"
_RULE = "| :--- | ---: | ---: | ---: | ---: | ---: | :--- | :--- |"


def markdown(plans: Sequence[Planned]) -> str:
    """All plans as Markdown, each under a heading of the third level."""
    return "\n".join("\n".join(_lines(planned)) + "\n" for planned in plans)


def _lines(planned: Planned) -> Iterator[str]:
    simulation = planned.simulation
    yield f"### Rollout `{simulation.spec.name}`: {words.total(simulation)}, {words.peak(planned)}"
    yield ""
    yield _HEAD
    yield _RULE
    for cells in table(planned):
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""
    yield from (f"* {note}" for note in words.notes(planned))
    if planned.edges:
        yield ""
        yield "```mermaid"
        yield mermaid([planned]).rstrip("\n")
        yield "```"


def _cell(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
