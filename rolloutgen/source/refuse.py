"""Refusing a chart: the exception of survey and rewrite, and a short way to raise it for a place in the source."""

from __future__ import annotations

from ..errors import RolloutgenError
from ..model import Refusal
from .sources import Source


class ChartRefused(RolloutgenError):
    """The chart cannot be converted; `refusals` say why, each with its way out."""

    def __init__(self, *refusals: Refusal) -> None:
        first = refusals[0]
        super().__init__(first.by, path=first.path, line=first.line or None, why=first.why, hint=first.hint)
        self.refusals = refusals


def refuse(by: str, source: Source, offset: int, why: str, hint: str) -> ChartRefused:
    """The exception for a place in a template; `by` is the id that `explain` knows."""
    return ChartRefused(Refusal(by, source.path, source.line(offset), why, hint))
