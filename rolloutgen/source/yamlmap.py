"""Outline of a templated YAML file: where each key, item and value stands in the source.

An outline by indentation, not a parse: template actions count as opaque text, the branches of an if/else merge, so one
path can stand in several places. The renders decide what is true; the outline only says where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import dropwhile

from ..text import Span
from .gotmpl import Template
from .yamllines import NO_COLUMNS, Line, lines_of, mask
from .yamlnode import SPLICE, Document, Node, find, walk
from .yamltree import Builder

__all__ = ["SPLICE", "Document", "Node", "find", "mask", "outline", "walk"]

_SEPARATOR = re.compile(r"---(?:\s|$)")
_PRINTED = re.compile(r"\{\{\s*(?:print\s+|printf\s+(?:\"%s(?:\\n)?\"\s+)?)?\"---(?:\\n)?\"\s*\}\}\s*$")


def outline(template: Template, columns: Mapping[str, int] = NO_COLUMNS) -> tuple[Document, ...]:
    """The documents of a template file in order: those of each define's body apart from those of the file itself.
    `columns` are those at which the chart's defines begin their text."""
    defines = list(template.defines())
    buckets: dict[int, list[Line]] = {index: [] for index in range(-1, len(defines))}
    opened: list[int] = []
    upcoming = 0
    for line in lines_of(template, columns):
        while upcoming < len(defines) and defines[upcoming][1].span.start <= line.body:
            opened.append(upcoming)
            upcoming += 1
        while opened and defines[opened[-1]][1].span.end <= line.body:
            opened.pop()
        buckets[opened[-1] if opened else -1].append(line)
    documents: list[Document] = []
    for index, lines in buckets.items():
        name, region = (
            ("", Span(0, len(template.text))) if index < 0 else (defines[index][0], defines[index][1].bodies()[0])
        )
        documents += _documents(template, lines, region, name)
    return tuple(sorted(documents, key=lambda document: document.span.start))


def _documents(template: Template, lines: list[Line], region: Span, define: str) -> Iterator[Document]:
    start = region.start
    bucket: list[Line] = []
    for index, line in enumerate(lines):
        if _separates(template, line) or (line.kind == "control" and _parts_documents(template, lines, index, bucket)):
            yield from _document(template, bucket, Span(start, max(start, line.start)), define)
            start, bucket = line.end, []
        else:
            bucket.append(line)
    yield from _document(template, bucket, Span(start, max(start, region.end)), define)


def _separates(template: Template, line: Line) -> bool:
    """Whether a line is `---`: at column 0, where a `-}}` before it eats what stands between, or printed."""
    if line.kind == "splice":
        return line.body == line.start and bool(_PRINTED.match(template.text, line.start, line.end))
    if line.kind != "content" or not _SEPARATOR.match(line.masked):
        return False
    return line.indent == 0 or template.text[max(0, line.body - 200) : line.body].rstrip().endswith("-}}")


def _parts_documents(template: Template, lines: list[Line], index: int, bucket: list[Line]) -> bool:
    """Whether a line is the `else` of a condition whose branches hold whole documents: all content before it, back to
    the separator, stands in the condition, and none follows behind its end up to the next separator."""
    line = lines[index]
    first = next((known.start for known in bucket if known.kind in ("content", "splice")), None)
    if first is None or not any(a.keyword == "else" for a in template.actions_in(Span(line.start, line.end))):
        return False
    around = [b for b in template.blocks if any(line.start <= o.span.start < line.end for o in b.openers[1:])]
    if len(around) != 1 or around[0].span.start > first:
        return False
    behind = (later for later in lines[index + 1 :] if later.body >= around[0].end.span.end)
    following = next((later for later in behind if later.kind in ("content", "splice")), None)
    return following is None or _separates(template, following)


def _document(template: Template, lines: list[Line], region: Span, define: str) -> Iterator[Document]:
    nodes = _without_calls(Builder(template, lines).nodes())
    if nodes:
        span = Span(nodes[0].start, max(node.end for node in nodes))
        yield Document(region, _balanced(template, span, region), define, nodes)


def _balanced(template: Template, span: Span, region: Span) -> Span:
    """`span` grown over the ends of the blocks that open in it, where they stand in the document's region: a `with`
    around the last keys is the document's own."""
    end = span.end
    while (block := template.opened_in(Span(span.start, end))) is not None:
        newline = template.text.find("\n", block.span.end)
        grown = len(template.text) if newline < 0 else newline + 1
        if grown <= end or grown > region.end:
            return span
        end = grown
    return Span(span.start, end)


def _without_calls(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes of an object without actions above its first key: those check values or fill the root."""
    if not {"apiVersion", "kind"} <= {node.key for node in nodes}:
        return nodes
    return tuple(dropwhile(lambda node: node.key == SPLICE, nodes))
