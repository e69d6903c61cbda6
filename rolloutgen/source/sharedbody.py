"""A body that two keys share: conditions choose the key, and what stands behind their `end` belongs to either.

    {{- if .Values.useStatefulSet }}
    updateStrategy:
    {{- else }}
    strategy:
    {{- end }}
      {{- toYaml .Values.updateStrategy | nindent 4 }}
"""

from __future__ import annotations

from dataclasses import dataclass

from ..text import Span
from .scope import inner_blocks
from .sources import Site
from .yamlnode import Node


@dataclass(frozen=True, slots=True)
class Unshared:
    """The lines of the block and its body; what they become without the key, where the other key has the body; and
    what the key would be by itself."""

    span: Span
    text: str
    alone: str


def unshared(site: Site, node: Node) -> Unshared | None:
    """How to take `node` out where it shares its body; None where it does not, or where the shape is another one."""
    text = site.source.text
    blocks = inner_blocks(site, node.key_span.start)
    if not blocks:
        return None
    block, branch = blocks[-1]
    last = branch == len(block.openers) - 1 == 1
    if block.keyword != "if" or not last or not node.start <= block.end.span.start < node.end:
        return None
    if text[node.key_span.end : block.end.span.start].strip(" \t\r\n:") or site.source.template.cuts(
        Span(block.span.start, node.end)
    ):
        return None
    first, other = _line(text, block.span.start), _line(text, block.openers[1].span.start)
    key, end = _line(text, node.key_span.start), _line(text, block.end.span.start)
    if other.end != key.start or key.end != end.start:
        return None
    kept = Span(first.start, other.start).of(text)
    body = Span(end.end, node.end).of(text)
    return Unshared(Span(first.start, node.end), kept + body + end.of(text), key.of(text) + body)


def _line(text: str, offset: int) -> Span:
    stop = text.find("\n", offset)
    return Span(text.rfind("\n", 0, offset) + 1, len(text) if stop < 0 else stop + 1)
