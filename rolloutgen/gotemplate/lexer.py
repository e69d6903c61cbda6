"""Lexer and block structure of Go templates: where actions are, which blocks enclose a place, what a span would cut.

Nothing here evaluates a template. Offsets are characters of the original text; lexing is lossless: the actions and the
text between them are the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rolloutgen.errors import ChartError
from rolloutgen.text_edits import Span, line_of

OPENERS = frozenset({"if", "range", "with", "define", "block"})
CONTROL = OPENERS | {"else", "end", "break", "continue", "comment", "assign"}
_WORD = re.compile(r"[A-Za-z]+(?!\w)")
_ASSIGN = re.compile(r"\$\w*\s*(?:,\s*\$\w*\s*)?:?=(?!=)")
_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|'(?:[^'\\\n]|\\.)*'")
_CLOSE = re.compile(r"(\s-)?\}\}")
_STOP = re.compile(r"[\"`']|\}\}")


class Action(NamedTuple):
    """One `{{ }}`. `inner` is the text between the delimiters and trim markers; `keyword` is one of CONTROL,
    "template" or "output"."""

    span: Span
    inner: Span
    keyword: str
    trim_left: bool
    trim_right: bool


class Block(NamedTuple):
    """if, range, with, define or block, up to its `end`. `openers` are the opening action and each `else`."""

    keyword: str
    openers: tuple[Action, ...]
    end: Action

    @property
    def span(self) -> Span:
        """From the opening action's first character to behind the `end` action."""
        return Span(self.openers[0].span.start, self.end.span.end)

    def bodies(self) -> tuple[Span, ...]:
        """The text of each branch, between the actions."""
        stops = (*self.openers[1:], self.end)
        return tuple(Span(a.span.end, b.span.start) for a, b in zip(self.openers, stops, strict=True))

    def branch_at(self, offset: int) -> int | None:
        """Which branch holds `offset`; None inside one of the actions or outside."""
        for index, body in enumerate(self.bodies()):
            if body.start <= offset <= body.end:
                return index
        return None


@dataclass(frozen=True)
class LexedTemplate:
    """A lexed template with its blocks in order of their opening."""

    text: str
    actions: tuple[Action, ...]
    blocks: tuple[Block, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [action.span.start for action in self.actions]

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.span.start for block in self.blocks]

    def actions_in(self, span: Span) -> Iterator[Action]:
        """Actions that begin within `span`."""
        for index in range(bisect_right(self._starts, span.start - 1), len(self.actions)):
            if self.actions[index].span.start >= span.end:
                return
            yield self.actions[index]

    def sole_action(self, span: Span) -> Action | None:
        """The action that is all of `span` but for blanks; None where there is more or less."""
        inside = list(self.actions_in(span))
        return inside[0] if len(inside) == 1 and inside[0].span.of(self.text) == span.of(self.text).strip() else None

    def enclosing(self, offset: int) -> tuple[tuple[Block, int], ...]:
        """The blocks around `offset` with the branch that holds it, outermost first."""
        found = (
            (block, block.branch_at(offset)) for block in self.blocks if block.span.start < offset < block.span.end
        )
        return tuple((block, branch) for block, branch in found if branch is not None)

    def cuts(self, span: Span) -> Action | None:
        """The first action that `span` cuts, or whose block it holds only a part of; None when it cuts nothing."""
        inside = list(self.actions_in(span))
        index = bisect_right(self._starts, span.start - 1) - 1
        if index >= 0 and self.actions[index].span.end > span.start:
            return self.actions[index]
        if inside and inside[-1].span.end > span.end:
            return inside[-1]
        depth: list[Action] = []
        for action in inside:
            if action.keyword in OPENERS:
                depth.append(action)
            elif action.keyword in ("else", "end") and not depth:
                return action
            elif action.keyword == "end":
                depth.pop()
        return depth[0] if depth else None

    def opened_in(self, span: Span) -> Block | None:
        """The first block that opens within `span` and ends behind it."""
        for index in range(bisect_right(self._block_starts, span.start - 1), len(self.blocks)):
            block = self.blocks[index]
            if block.span.start >= span.end:
                return None
            if block.span.end > span.end:
                return block
        return None

    def defines(self) -> Iterator[tuple[str, Block]]:
        """(name, block) of each `define` and `block`."""
        for block in self.blocks:
            if block.keyword in ("define", "block"):
                yield first_literal(block.openers[0].inner.of(self.text)), block


def first_literal(inner: str) -> str:
    """The first string literal of an action's text, unquoted; "" when it has none."""
    match = _LITERAL.search(inner)
    return match.group()[1:-1] if match else ""


def strip_literals(inner: str) -> str:
    """An action's text with string literals blanked, so that names inside strings are not read as code."""
    return _LITERAL.sub(lambda match: '"' + " " * (len(match.group()) - 2) + '"', inner)


def lex(text: str, path: str = "") -> tuple[Action, ...]:
    """All actions of a template in order. Raises ChartError (with the line) for an action that never ends."""
    actions: list[Action] = []
    position = 0
    while (start := text.find("{{", position)) >= 0:
        action = _action(text, start, path)
        actions.append(action)
        position = action.span.end
    return tuple(actions)


def _action(text: str, start: int, path: str) -> Action:
    trim_left = text.startswith("-", start + 2) and text[start + 3 : start + 4].isspace()
    begin = start + (3 if trim_left else 2)
    if text.startswith("/*", comment := _skip_space(text, begin)):
        stop = text.find("*/", comment + 2)
        close = _CLOSE.match(text, stop + 2) if stop >= 0 else None
        if close is None:
            raise ChartError("a template comment never ends", path=path, line=line_of(text, start))
        return Action(
            Span(start, close.end()), Span(comment, stop + 2), "comment", trim_left, close.group(1) is not None
        )
    position = begin
    while (found := _STOP.search(text, position)) is not None:
        if found.group() != "}}":
            literal = _LITERAL.match(text, found.start())
            position = literal.end() if literal else found.end()
            continue
        trim_right = text.startswith("-", found.start() - 1) and text[found.start() - 2].isspace()
        inner = Span(begin, max(begin, found.start() - 2 * trim_right))
        return Action(Span(start, found.end()), inner, _keyword(inner.of(text)), trim_left, trim_right)
    raise ChartError("a template action is opened with {{ and never closed", path=path, line=line_of(text, start))


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _keyword(inner: str) -> str:
    code = inner.strip()
    if _ASSIGN.match(code):
        return "assign"
    word = _WORD.match(code)
    if word and (word.group() in OPENERS or word.group() in ("else", "end", "break", "continue", "template")):
        return word.group()
    return "output"


def parse(text: str, path: str = "") -> LexedTemplate:
    """A template with its block structure. Raises ChartError (with the line) where blocks do not match."""
    actions = lex(text, path)
    open_blocks: list[list[Action]] = []
    blocks: list[Block] = []
    for action in actions:
        if action.keyword in OPENERS:
            open_blocks.append([action])
        elif action.keyword in ("else", "end") and not open_blocks:
            raise ChartError(
                f"'{action.keyword}' without a block it could belong to",
                path=path,
                line=line_of(text, action.span.start),
            )
        elif action.keyword == "else":
            open_blocks[-1].append(action)
        elif action.keyword == "end":
            openers = open_blocks.pop()
            blocks.append(Block(openers[0].keyword, tuple(openers), action))
    if open_blocks:
        first = open_blocks[-1][0]
        raise ChartError(f"'{first.keyword}' without an end", path=path, line=line_of(text, first.span.start))
    blocks.sort(key=lambda block: block.span.start)
    return LexedTemplate(text, actions, tuple(blocks))
