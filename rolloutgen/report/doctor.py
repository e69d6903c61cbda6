"""What `doctor` found, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rolloutgen.doctor import Remedy, can_render

_SIGNS = {"found": "ok", "missing": "-", "broken": "!!"}
_NOTHING_RENDERS = "Nothing here can render a chart: put a helm program on PATH, or name one with --helm PATH."


def as_text(found: Sequence[Remedy]) -> str:
    """A line for each thing: whether it is there, its version, what that means; where it lies stands below."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Sequence[Remedy]) -> Iterator[str]:
    names, versions = (max(len(getattr(one, part)) for one in found) for part in ("name", "version"))
    for one in found:
        line = f"{_SIGNS[one.state]:2} {one.name:{names}}  {one.version:{versions}}  {one.means}"
        yield line.rstrip()
        indent = " " * (names + 5)
        yield from (f"{indent}{part}" for part in (one.where, *one.why.splitlines()) if part)
    if not can_render(found):
        yield _NOTHING_RENDERS


def as_json(found: Sequence[Remedy]) -> str:
    """`{"can_render": ..., "found": [...]}` with every field of every thing."""
    body = {"can_render": can_render(found), "found": [asdict(one) for one in found]}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"
