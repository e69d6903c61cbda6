"""Whole regions of a template that belong to one key: what to take out, and what to copy elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import ChartError
from ..text import Span
from .gotmpl import CONTROL, lex, parse
from .scope import inner_blocks
from .sources import Site, Source
from .yamlmap import Node

_BLANKS = re.compile(r"(?m)(?<=\}\})[ \t]+(?=\r?$)")


def owned(site: Site, node: Node) -> Span:
    """The lines of `node` with every block around them (within the document) that holds nothing else.

    Taking the span out leaves a document without the key and without emptied conditions.
    """
    return widen(site, node.span)


def owned_together(site: Site, nodes: Sequence[Node]) -> Span | None:
    """The lines of the outermost block of the document that holds nothing but `nodes`, whatever its branches; None
    where no block holds them all and nothing else."""
    for block, _ in inner_blocks(site, nodes[0].key_span.start) if nodes else ():
        region = whole_lines(site.source, block.span)
        rest = without(site.source, region, [node.span for node in nodes])
        plain = all(action.keyword in CONTROL and action.keyword != "assign" for action in lex(rest))
        if plain and all(region.covers(node.span) for node in nodes):
            bare = re.sub(r"\{\{.*?\}\}", "", rest, flags=re.DOTALL)
            if not re.sub(r"(?m)^[ \t]*#.*$", "", bare).strip():
                return region
    return None


def closed(site: Site, span: Span) -> str | None:
    """The text of `span` with an `end` for each `if` and `with` that it opens and what follows it shares; None where
    it cuts something else, or where such a block has an `else`, which could say more of it."""
    source, text = site.source, span.of(site.source.text)
    opened = [block for block in source.template.blocks if span.start <= block.span.start < span.end < block.span.end]
    if any(block.keyword not in ("if", "with") or block.openers[-1].span.start >= span.end for block in opened):
        return None
    text += "" if not opened or text.endswith("\n") else "\n"
    for block in reversed(opened):
        start = block.span.start
        pad = source.text[source.text.rfind("\n", 0, start) + 1 : start]
        text += f"{pad if not pad.strip() else ''}{{{{- end }}}}\n"
    try:
        parse(text)
    except ChartError:
        return None
    return text


def widen(site: Site, span: Span) -> Span:
    """`span` grown over the blocks of the document that would be empty without it."""
    source = site.source
    while True:
        around = [
            block
            for block, _ in source.template.enclosing(span.start)
            if block.keyword not in ("define", "block") and _inside(site, block.span)
        ]
        if not around or not _only(source, around[-1].span, span):
            return span
        span = whole_lines(source, around[-1].span)


def _inside(site: Site, span: Span) -> bool:
    """Whether a block stands within the document rather than around all of it."""
    return not span.covers(site.document.span)


def _only(source: Source, outer: Span, inner: Span) -> bool:
    """Whether `outer` holds, beside `inner`, nothing but control actions, comments and blanks."""
    template = source.template
    position = outer.start
    for action in template.actions_in(outer):
        if inner.start <= action.span.start < inner.end:
            continue
        if action.keyword not in CONTROL or action.keyword == "assign":
            return False
        if source.text[position : action.span.start].strip() and not _covered(
            source, position, action.span.start, inner
        ):
            return False
        position = action.span.end
    return _covered(source, position, outer.end, inner)


def _covered(source: Source, start: int, end: int, inner: Span) -> bool:
    """Whether the text from `start` to `end` is blank or commented outside `inner`."""
    pieces = (
        source.text[start : max(start, min(end, inner.start))],
        source.text[max(start, min(end, inner.end)) : end],
    )
    return all(not re.sub(r"(?m)^[ \t]*#.*$", "", piece).strip() for piece in pieces)


def whole_lines(source: Source, span: Span) -> Span:
    """`span` grown to whole lines when nothing else stands on its first and last line."""
    text = source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    if text[start : span.start].strip() or text[span.end : end].strip():
        return span
    return Span(start, end)


def without(source: Source, whole: Span, dropped: Iterable[Span], replaced: Iterable[tuple[Span, str]] = ()) -> str:
    """The text of `whole` with some spans left out and some replaced."""
    parts: list[str] = []
    position = whole.start
    changes = [(span, "") for span in _merged(dropped)] + list(replaced)
    for span, new in sorted(changes, key=lambda change: change[0].start):
        if span.start < position:
            continue
        parts += (source.text[position : span.start], new)
        position = span.end
    return "".join((*parts, source.text[position : whole.end]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def without_blanks(text: str) -> str:
    """`text`, a copy of what a template says, without the blanks that stand behind actions at the ends of its lines."""
    return _BLANKS.sub("", text)


def reindent(text: str, old: int, new: int) -> str:
    """Lines moved from column `old` to `new`, `nindent` and `indent` arguments with them."""
    shift = new - old
    if not shift:
        return text
    lines = []
    for line in text.splitlines(keepends=True):
        bare = line.lstrip(" ")
        lead = len(line) - len(bare)
        moved = line if not bare.strip() else " " * max(0, lead + shift if lead or old == 0 else 0) + bare
        lines.append(re.sub(r"\b(n?indent) (\d+)", lambda m: f"{m[1]} {int(m[2]) + shift}", moved))
    return "".join(lines)
