"""Spans of a text and edits of it. Bytes outside an edit are never touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BYTES = re.compile("[\ud800-\udfff]")


def escaped_bytes(json_text: str) -> str:
    """JSON whose strings hold bytes of file names that are no UTF-8, as Python keeps them, made fit to be written."""
    return _BYTES.sub(lambda byte: f"\\u{ord(byte[0]):04x}", json_text)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of character offsets into an original text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Whether `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` of the original by `new`; `code` names the reason, which `--explain` prints."""

    span: Span
    new: str
    code: str


class OverlapError(ValueError):
    """Two edits claim the same characters: a bug of ours, named by both reasons."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` applied at once.

    Several insertions at one place keep the order in which they were given; the same edit given twice counts once.
    Raises OverlapError where two edits overlap, ValueError where one lies outside the text.
    """
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.span.start, edit.span.end))
    out: list[str] = []
    position = 0
    previous: Edit | None = None
    for edit in ordered:
        if edit.span.end > len(text):
            raise ValueError(f"edit outside the text: {edit.span} of {len(text)} ({edit.code})")
        if edit.span.start < position:
            raise OverlapError(f"edits overlap at {edit.span.start}: {previous and previous.code!r}, {edit.code!r}")
        out += (text[position : edit.span.start], edit.new)
        position, previous = edit.span.end, edit
    out.append(text[position:])
    return "".join(out)


def line_of(text: str, offset: int) -> int:
    """1-based number of the line that holds `offset`."""
    return text.count("\n", 0, offset) + 1


def newline_of(text: str) -> str:
    """The newline that a text uses: that of its first line, "\\n" where it has none."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
