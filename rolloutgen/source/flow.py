"""Flow collections (`{a: b}`, `[a, b]`) of a templated source as nodes: a path is found however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import Span
from .yamlmap import Node

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_KEY = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[\w./-]+)\s*:(?:\s+|(?=[\"'\[{]))")


def find_deep(nodes: tuple[Node, ...], path: tuple[str, ...], text: str) -> tuple[Node, ...]:
    """Every node at `path` below `nodes`, as `find` has it, and those within flow collections."""
    if not path:
        return ()
    here = tuple(unfolded(node, text) for node in nodes if path[0] in (node.key, "*"))
    return here if len(path) == 1 else tuple(deep for node in here for deep in find_deep(node.children, path[1:], text))


def in_flow(node: Node, text: str) -> bool:
    """Whether the value of `node` is a flow collection."""
    return text[node.value.start : node.value.start + 1] in ("{", "[") and not _ACTION.match(text, node.value.start)


def unfolded(node: Node, text: str) -> Node:
    """`node` with the entries of its flow collection as children; itself where it has none."""
    if node.children or node.value.start >= node.value.end or not in_flow(node, text):
        return node
    return _with_children(node, tuple(_entries(node, text)))


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    return Node(node.key, node.indent, node.key_span, node.value, node.start, node.end, children)


def _entries(node: Node, text: str) -> Iterator[Node]:
    items = text[node.value.start] == "["
    for span in _parts(text, node.value):
        if items:
            yield Node("-", node.indent, Span(span.start, span.start), span, span.start, span.end)
            continue
        match = _KEY.match(text, span.start, span.end)
        if match:
            key = Span(span.start, span.start + len(match[1]))
            value = Span(min(match.end(), span.end), span.end)
            yield Node(match[1].strip("\"'"), node.indent, key, value, span.start, span.end)


def _parts(text: str, whole: Span) -> Iterator[Span]:
    """What stands between the commas of a flow collection, without the blanks around it."""
    begin = position = whole.start + 1
    depth = 0
    while position < whole.end:
        skipped = _ACTION.match(text, position) or (_QUOTED.match(text, position) if text[position] in "\"'" else None)
        if skipped:
            position = skipped.end()
            continue
        char = text[position]
        if depth == 0 and char in ",]}":
            part = text[begin:position]
            if part.strip():
                start = begin + len(part) - len(part.lstrip())
                yield Span(start, start + len(part.strip()))
            begin = position + 1
            if char != ",":
                return
        depth += (char in "[{") - (char in "]}")
        position += 1
