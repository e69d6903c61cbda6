"""What an outline is made of: keys, items and splices with their places, and the documents that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..text import Span

SPLICE = "{{}}"


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping key, a list item (key "-") or a splice (key SPLICE: a line that is one output action).

    `key_span` covers the key's text, `value` what stands behind it (a scalar, flow or block scalar over several lines
    included; empty for a nested block). `start` is the offset of the first line that belongs to it, `end` lies behind
    its last line with the newline. `indent` is the column of the key.
    """

    key: str
    indent: int
    key_span: Span
    value: Span
    start: int
    end: int
    children: tuple[Node, ...] = ()

    @property
    def span(self) -> Span:
        """Whole lines from the key to the last line of its value."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document of a file or of a define's body. `span` runs from the first to behind the last content line;
    `region` is the text between the separators (or the define's body) that holds it."""

    region: Span
    span: Span
    define: str
    nodes: tuple[Node, ...]

    def find(self, *path: str) -> tuple[Node, ...]:
        """Every node at `path`; "-" steps into the items of a list, "*" into anything."""
        return find(self.nodes, path)


def find(nodes: tuple[Node, ...], path: tuple[str, ...]) -> tuple[Node, ...]:
    """Every node at `path` below `nodes`."""
    if not path:
        return ()
    here = tuple(node for node in nodes if path[0] in (node.key, "*"))
    return here if len(path) == 1 else tuple(deep for node in here for deep in find(node.children, path[1:]))


def walk(nodes: tuple[Node, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every node below `nodes` with its path, in order."""
    for node in nodes:
        here = (*path, node.key)
        yield here, node
        yield from walk(node.children, here)
