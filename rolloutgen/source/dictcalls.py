"""Defines that are called with a dict: what a call hands over under which key, and code as the caller would write it.

{{ include "app.deployment" (dict "root" . "name" "web") }}
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .expression import grouped
from .gotmpl import OPENERS, lex, strip_literals

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[()]|[^\s()\"`]+")
_DOT = re.compile(r"(?<![\w)\].])\$?\.(\w*)|\$(?![\w.])")
_WORD = re.compile(r"\"([\w.-]+)\"")
_HEAD = re.compile(r"\s*(?:else\s+)?(?:if|with|range|template)?\b")


def entries(call: str, define: str) -> Mapping[str, str] | None:
    """The expressions that `include "define" (dict "key" value ...)` hands over, by key; None for other calls."""
    match = re.search(rf"\b(?:include|template)\s+\"{re.escape(define)}\"\s+\(\s*dict\s", call)
    words = _arguments(call[match.end() :]) if match else None
    if not words or len(words) % 2 or any(key[:1] != '"' for key in words[::2]):
        return None
    return {key[1:-1]: value for key, value in zip(words[::2], words[1::2], strict=True)}


def _arguments(text: str) -> list[str] | None:
    """The arguments up to the parenthesis that ends them; None where it does not come."""
    found: list[str] = []
    depth, start = 0, 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == ")" and depth == 0:
            return found
        start = match.start() if depth == 0 else start
        depth += (token == "(") - (token == ")")
        if depth == 0:
            found.append(text[start : match.end()])
    return None


def told(code: str, given: Mapping[str, str]) -> str | None:
    """An expression of a define as it reads where the dict `given` is made; None where it reads the dict otherwise."""
    parts: list[str] = []
    position = 0
    for match in _DOT.finditer(strip_literals(code)):
        value = given.get(match[1] or "")
        if value is None:
            return None
        longer = code[match.end() : match.end() + 1] == "."
        parts += (code[position : match.start()], "" if longer and value == "." else _whole(value))
        position = match.end()
    return "".join((*parts, code[position:]))


def _whole(value: str) -> str:
    return value if value[:1] == "(" else grouped(value)


def told_text(text: str, given: Mapping[str, str]) -> str | None:
    """A text of a define as it reads where the dict `given` is made; None where it cannot be told there."""
    parts: list[str] = []
    position = 0
    for action in lex(text):
        code = action.inner.of(text)
        if action.keyword in ("range", "with") or (action.keyword == "else" and "with" in code):
            return None
        head = _HEAD.match(code)
        start = head.end() if head and action.keyword in {*OPENERS, "else", "template"} else 0
        new = told(code[start:], given)
        if new is None:
            return None
        word = _WORD.fullmatch(new.strip())
        if word and not start and not action.trim_left and not action.trim_right:
            parts += (text[position : action.span.start], word[1])
            position = action.span.end
            continue
        parts += (text[position : action.inner.start], code[:start], new)
        position = action.inner.end
    return "".join((*parts, text[position:]))
