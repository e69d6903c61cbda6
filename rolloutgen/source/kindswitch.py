"""An if/else within one line, as in `kind: {{ if .Values.x }}StatefulSet{{ else }}Deployment{{ end }}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..text import Span
from .expression import expression, grouped
from .gotmpl import Action, Block
from .sources import Source, one_line_block
from .yamlnode import Node


@dataclass(frozen=True, slots=True)
class Switch:
    """The value of a key that conditions choose on its line: the block, and the text of each branch."""

    block: Block
    branches: tuple[str, ...]

    def conditions(self, text: str) -> tuple[str, ...]:
        """What the openers say, as written."""
        return tuple(action.inner.of(text).strip() for action in self.block.openers)


def switch(source: Source, node: Node) -> Switch | None:
    """The switch that is the whole value of a key, None where it is something else.

    A branch that is one quoted string in an action (`{{ "Deployment" }}`) counts as that string.
    """
    block = one_line_block(source, node)
    if block is None:
        return None
    return Switch(block, tuple(_plain(body.of(source.text)) for body in block.bodies()))


def branch_span(source: Source, found: Switch, branch: int) -> Span:
    """The text of a branch without the blanks around it."""
    body = found.block.bodies()[branch]
    text = body.of(source.text)
    return Span(body.start + len(text) - len(text.lstrip()), body.end - len(text) + len(text.rstrip()))


def chosen_when(openers: Sequence[Action], branch: int, text: str) -> str | None:
    """The expression under which a branch of if/else is taken; None where one of its conditions is no plain one."""
    conditions = [_condition(opener.inner.of(text)) for opener in openers]
    if any(condition is None for condition in conditions[1:branch]):
        return None
    parts = [f"(not {grouped(condition or '')})" for condition in conditions[:branch]]
    if conditions[branch]:
        parts.append(grouped(conditions[branch] or ""))
    if len(parts) > 1:
        return f"and {' '.join(parts)}"
    return parts[0][1:-1] if not conditions[branch] else parts[0]


def _condition(inner: str) -> str | None:
    """The pipeline of `if X` or `else if X`; None for a plain `else`."""
    match = re.match(r"\s*(?:else\s+)?if\b\s*(.*)$", inner.strip(), re.DOTALL)
    return match[1].strip() if match else None


def _plain(text: str) -> str:
    code = expression(text.strip()) if "{{" in text else None
    if code is not None and re.fullmatch(r'"[^"\\]*"', code):
        return code[1:-1]
    return text.strip().strip("\"'")
