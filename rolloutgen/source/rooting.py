"""Expressions and texts that read the root as `.`, for places where the root is called otherwise."""

from __future__ import annotations

import re

from .gotmpl import OPENERS, lex

_HEAD = re.compile(r"\s*(?:else\s+)?(?:if|with|range)\b")


def with_root(code: str, root: str) -> str:
    """An expression that reads the root as `.`, for a place where the root is called otherwise."""
    return re.sub(
        r"(?<![\w$\")\]\"])\.(?=[A-Za-z]|\s|\)|$)", lambda match: root if not _member(code, match) else f"{root}.", code
    )


def _member(code: str, match: re.Match[str]) -> bool:
    return code[match.end() : match.end() + 1].isalpha()


def rooted(text: str, root: str) -> str:
    """Template text whose actions read the root as `.`, for a place where the root is called `root`."""
    if root == ".":
        return text
    parts: list[str] = []
    position = 0
    moved: list[bool] = []  # for each open block, whether it gave the dot another meaning
    for action in lex(text):
        code = action.inner.of(text)
        if action.keyword in ("end", "else") and moved:
            moved.pop()
        if not any(moved):
            head = _HEAD.match(code)
            start = head.end() if head else 0
            glue = "" if not head or code[start : start + 1].isspace() else " "
            parts += (text[position : action.inner.start], code[:start], glue, with_root(code[start:], root))
            position = action.inner.end
        if action.keyword in OPENERS:
            moved.append(action.keyword in ("range", "with"))
        elif action.keyword == "else":
            moved.append(bool(re.match(r"\s*else\s+with\b", code)))
    return "".join((*parts, text[position:]))
