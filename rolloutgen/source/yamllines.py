"""The lines of a templated YAML file as an outline reads them: actions masked, each line with its kind and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .gotmpl import CONTROL, Action, Template

_CALL = re.compile(r"\{\{-?\s*(?:include|template)\s+[\"`]([^\"`]+)[\"`]")
NO_COLUMNS: Mapping[str, int] = {}
_INDENT = re.compile(r"\bn?indent\s+\(?\s*(?:int\s+)?(\d+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NEWLINES = re.compile(r"[\r\n]+")
_NOT_NEWLINE = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that one action joins. `kind` is blank, control, splice or content; `end` lies behind the
    newline, `body` where the content begins; `masked` is the content from `body` on, as long as the original."""

    start: int
    end: int
    kind: str
    indent: int
    body: int
    masked: str


def mask(template: Template) -> str:
    """The text with every action replaced by as many characters: letters for output, blanks for control."""
    out: list[str] = []
    position = 0
    for action in template.actions:
        out.append(template.text[position : action.span.start])
        filler = " " if action.keyword in CONTROL else "x"
        source = action.span.of(template.text)
        out.append(_NOT_NEWLINE.sub(filler, source) if "\n" in source else filler * len(source))
        position = action.span.end
    out.append(template.text[position:])
    return "".join(out)


def lines_of(template: Template, columns: Mapping[str, int] = NO_COLUMNS) -> Iterator[Line]:
    """The lines of a template in order; `columns` are those at which the chart's defines begin their text."""
    text, masked = template.text, mask(template)
    actions = template.actions
    first = position = 0
    pending = ""
    for piece in _LINE.findall(masked):
        raw = f"{pending}{piece}"
        end = position + len(raw)
        while first < len(actions) and actions[first].span.end <= position:
            first += 1
        last = first
        while last < len(actions) and actions[last].span.start < end:
            last += 1
        pending = raw if last > first and actions[last - 1].span.end > end else ""
        if not pending:
            yield _line(text, position, _in_one_line(raw), end, actions[first:last], columns)
            position = end


def _in_one_line(raw: str) -> str:
    """Masked lines that one action joins, as one line of the same length."""
    bare = raw.rstrip("\r\n")
    while match := _NEWLINES.search(bare):
        bare = f"{bare[: match.start()]}{(bare[match.start() - 1 :][:1] or ' ') * len(match[0])}{bare[match.end() :]}"
    return bare


def _line(text: str, start: int, raw: str, end: int, actions: tuple[Action, ...], columns: Mapping[str, int]) -> Line:
    if raw.startswith("\ufeff"):
        raw = " " + raw[1:]
    bare = raw.lstrip()
    lead = len(raw) - len(bare)
    if not bare:
        return Line(start, end, "control" if actions else "blank", 0, start, raw)
    if bare[0] == "#":
        return Line(start, end, "blank", 0, start, raw)
    if actions and not bare.rstrip().strip("x"):
        outputs = [action for action in actions if action.keyword not in CONTROL]
        if sum(min(a.span.end, end) - max(a.span.start, start) for a in outputs) >= len(bare.rstrip()):
            column = _splice_indent(outputs[0], text, lead, columns)
            return Line(start, end, "splice", column, outputs[0].span.start, raw)
    original = text[start:end]
    indent = min(lead, len(original) - len(original.lstrip(" \t\ufeff")))
    return Line(start, end, "content", indent, start + lead, raw[lead:])


def _splice_indent(action: Action, text: str, column: int, columns: Mapping[str, int]) -> int:
    """The column at which the output of a whole-line action lands: what `nindent` says, at least what `indent` says,
    and the blanks that the called define itself writes before its text."""
    code = action.span.of(text)
    hints = _INDENT.findall(code)
    called = _CALL.match(code)
    own = columns.get(called[1], 0) if called else 0
    if own:
        return own + (int(hints[-1]) if hints else 0)
    if not hints:
        return column
    return int(hints[-1]) if "nindent" in code else max(column, int(hints[-1]))
