"""Whether a piece of a template prints anything: the condition that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..text import Span
from .expression import grouped
from .gotmpl import CONTROL, Action, Block
from .sources import Site

_DOT_TEXT = re.compile(r"\.\s*\|\s*n?indent\s+\d+|n?indent\s+\d+\s+\.")
_IN_PARENTHESES = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_PIPE_TAIL = re.compile(r"(?:\s*\|\s*(?:n?indent\s+\d+|trim))+\s*$")


def pieces(site: Site, body: Span) -> list[Block | Action] | None:
    """The blocks and output actions that make up a text, in order; None when it also holds plain content."""
    template, text = site.source.template, site.source.text
    found: list[Block | Action] = []
    position = body.start
    actions = list(template.actions_in(body))
    index = 0
    while index < len(actions):
        action = actions[index]
        if _content(text[position : action.span.start]):
            return None
        position = action.span.end
        if action.keyword in ("if", "with", "range"):
            block = next(block for block in template.blocks if block.openers[0] is action)
            found.append(block)
            position = block.span.end
            while index < len(actions) and actions[index].span.start < position:
                index += 1
            continue
        if action.keyword not in CONTROL:
            found.append(action)
        elif action.keyword == "assign":
            return None
        index += 1
    return None if _content(text[position : body.end]) else found


def _content(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*#.*$", "", text).strip()


def prints_any(site: Site, parts: Sequence[Block | Action]) -> str | None:
    """The expression under which at least one of the pieces prints something."""
    conditions = [_prints(site, piece) for piece in parts]
    if any(condition is None for condition in conditions) or not conditions:
        return None
    known = list(dict.fromkeys(condition for condition in conditions if condition))
    return known[0] if len(known) == 1 else "or " + " ".join(grouped(code) for code in known)


def _prints(site: Site, piece: Block | Action) -> str | None:
    text = site.source.text
    if isinstance(piece, Action):
        return filled(piece.inner.of(text).strip())
    if len(piece.openers) > 1:
        return None
    code = re.sub(r"^(?:if|with|range)\b\s*", "", piece.openers[0].inner.of(text).strip())
    code = re.sub(r"^\$\w+\s*(?:,\s*\$\w+\s*)?:=\s*", "", code)
    inside = pieces(site, piece.bodies()[0])
    if inside is None:
        return code
    if piece.keyword == "range" or not inside:
        return None
    printed = inside[0].inner.of(text).strip() if len(inside) == 1 and isinstance(inside[0], Action) else ""
    if piece.keyword == "with" and _DOT_TEXT.fullmatch(printed):
        # What `with` takes is printed as it is: a text that is not empty.
        bare = _IN_PARENTHESES.fullmatch(code)
        return bare[1] if bare else code
    inner = prints_any(site, inside)
    if inner is None:
        return None
    if piece.keyword == "with":
        return code if re.fullmatch(r"\.|not \(kindIs \"invalid\" \.\)|\(?toYaml \.\)?", inner) else None
    said = inner in (code, f'not (kindIs "invalid" {code})')  # what is true is not nil
    return code if said else f"and {grouped(code)} {grouped(inner)}"


def filled(code: str) -> str | None:
    """The expression that says whether an output action prints anything but null."""
    bare = _PIPE_TAIL.sub("", re.sub(r"^template\b", "include", code))
    match = re.fullmatch(r"toYaml\s+(\S+|\(.*\))|(\S+|\(.*\))\s*\|\s*toYaml", bare)
    if match:
        return f'not (kindIs "invalid" {match[1] or match[2]})'
    if re.match(r"(?:include|tpl)\b", bare) and "|" not in bare:
        return f"{bare} | trim"
    return None
