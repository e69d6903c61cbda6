"""A value that conditions choose, as in `{{ if .a }}x{{ else }}y{{ end }}`: its parts, as an expression, as a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import ChartError
from ..text import Span
from .expression import expression, grouped, printed
from .gotmpl import Block, Template, parse

_PLAIN = re.compile(r"[\w.-]*")
# What is a boolean whatever the values are; `ternary` takes nothing else.
_BOOLEAN = re.compile(r"(?:not|eq|ne|lt|le|gt|ge|empty|has|hasKey|hasPrefix|hasSuffix|contains|kindIs)\s[^|]*$")
_CONDITION = re.compile(r"\s*(?:else\s+)?if\b\s*(.*?)\s*", re.DOTALL)
_TRIMMED_LEFT = re.compile(r"\s+(?=\{\{-\s)")
_TRIMMED_RIGHT = re.compile(r"(?<=\s-\}\})\s+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of which conditions choose a part: texts and expressions in turn, `texts` one longer than `codes`. An
    expression may itself be a list of branches: (condition, value), the last condition "" for `else`."""

    texts: tuple[str, ...]
    codes: tuple[str | tuple[tuple[str, Choice], ...], ...]

    def expression(self) -> str:
        """The value as one expression. All branches are evaluated, so one that fails but for its condition fails."""
        codes = [code if isinstance(code, str) else _ternary(code) for code in self.codes]
        if not codes:
            return f'"{self.texts[0]}"'
        if len(codes) == 1 and not any(self.texts):
            return codes[0]
        return f'printf "{"%v".join(self.texts)}" {" ".join(grouped(code) for code in codes)}'

    def text(self) -> str:
        """The value as text of a template, which evaluates the branch that is taken."""
        parts = [self.texts[0]]
        for code, text in zip(self.codes, self.texts[1:], strict=True):
            parts += (printed(code) if isinstance(code, str) else _branched(code), text)
        return "".join(parts)


def read_choice(value: str) -> Choice | None:
    """The parts of `value`, the source text of a YAML scalar with an `if` in it.

    None where it has none, where a loop or `with` stands in it, or more around its actions than a name may have.
    """
    text = value.strip()
    quote = text[:1] if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1 else ""
    text = _TRIMMED_RIGHT.sub("", _TRIMMED_LEFT.sub("", text[1:-1] if quote else text))
    try:
        template = parse(text)
    except ChartError:
        return None
    if not template.blocks:
        return None
    whole = Span(0, len(text))
    return _read(template, whole, template.blocks[0].span == whole and not quote)


def code_of(value: str) -> str | None:
    """The expression of a scalar's source text, with or without conditions in it; None where it has none."""
    choice = read_choice(value)
    return choice.expression() if choice else expression(value)


def of_branches(openers: Sequence[str], values: Sequence[str]) -> Choice | None:
    """The value of which each branch of an if/else writes its own: `openers` are the texts of its actions, `values`
    the source text of each branch's scalar. None where they are no such texts."""
    read: list[Choice] = []
    for value in values:
        code = expression(value)
        found = Choice(("", ""), (code,)) if code else read_choice(value)
        if found is None:
            return None
        read.append(found)
    branches = _branches(openers, read)
    return Choice(("", ""), (branches,)) if branches else None


def _ternary(branches: tuple[tuple[str, Choice], ...]) -> str:
    code = '""'
    for condition, choice in reversed(branches):
        value = choice.expression()
        if not condition:
            code = value
        elif condition == value:
            code = f"default {grouped(code)} {grouped(value)}"
        elif _BOOLEAN.match(condition):
            code = f"ternary {grouped(value)} {grouped(code)} ({condition})"
        else:
            code = f"ternary {grouped(code)} {grouped(value)} (not {grouped(condition)})"
    return code


def _branched(branches: tuple[tuple[str, Choice], ...]) -> str:
    words = [f"if {condition}" if condition else "" for condition, _ in branches]
    heads = [f"{{{{ {' '.join(filter(None, ('else' * (n > 0), word)))} }}}}" for n, word in enumerate(words)]
    bodies = (choice.text() for _, choice in branches)
    return "".join(f"{head}{body}" for head, body in zip(heads, bodies, strict=True)) + "{{ end }}"


def _branches(openers: Sequence[str], choices: Sequence[Choice]) -> tuple[tuple[str, Choice], ...] | None:
    conditions = [_CONDITION.fullmatch(opener) for opener in openers]
    if any(found is None and opener.strip() != "else" for found, opener in zip(conditions, openers, strict=True)):
        return None
    return tuple((found[1] if found else "", choice) for found, choice in zip(conditions, choices, strict=True))


def _read(template: Template, span: Span, alone: bool) -> Choice | None:
    """The parts of what stands in `span`; with `alone` blanks at its ends mean nothing, nor quotes around a word."""
    texts: list[str] = [""]
    codes: list[str | tuple[tuple[str, Choice], ...]] = []
    position = span.start
    for action in template.actions_in(span):
        if action.span.start < position:
            continue
        texts[-1] += template.text[position : action.span.start]
        block = next((block for block in template.blocks if block.openers[0] is action), None)
        position = block.span.end if block else action.span.end
        if action.keyword == "comment":
            continue
        code = _of_block(template, block, alone) if block else expression(action.span.of(template.text))
        if code is None:
            return None
        codes.append(code)
        texts.append("")
    texts[-1] += template.text[position : span.end]
    if alone:
        texts[0], texts[-1] = texts[0].lstrip(), texts[-1].rstrip()
        quoted = re.fullmatch(r"([\"'])([\w.-]*)\1", texts[0]) if not codes else None
        texts = [quoted[2]] if quoted else texts
    return Choice(tuple(texts), tuple(codes)) if all(_PLAIN.fullmatch(text) for text in texts) else None


def _of_block(template: Template, block: Block, alone: bool) -> tuple[tuple[str, Choice], ...] | None:
    if block.keyword != "if":
        return None
    read = [_read(template, body, alone) for body in block.bodies()]
    choices = [choice for choice in read if choice is not None]
    openers = [action.inner.of(template.text) for action in block.openers]
    return _branches(openers, choices) if len(choices) == len(read) else None
