"""Variables of a template that nothing reads any more, after what read them was rewritten."""

from __future__ import annotations

import re

from ..text import Edit, Span, apply_edits
from .gotmpl import Action, Template, parse

_SET = re.compile(r"\s*\$(\w+)\s*:=")


def without_unused(before: str, after: str, path: str) -> str:
    """`after` without the lines that only set a variable which `before` reads and `after` does not."""
    if ":=" not in after:
        return after
    template = parse(after, path)
    gone = [
        Edit(_line(after, action), "", "unused")
        for action in template.actions
        if (found := _SET.match(action.inner.of(after)))
        and action.keyword == "assign"
        and _count(found[1], after) == 1 < _count(found[1], before)
        and _is_alone(template, action)
    ]
    return without_unused(before, apply_edits(after, gone), path) if gone else after


def _count(name: str, text: str) -> int:
    return len(re.findall(rf"\${name}(?!\w)", text))


def _line(text: str, action: Action) -> Span:
    start = text.rfind("\n", 0, action.span.start) + 1
    stop = text.find("\n", action.span.end)
    return Span(start, len(text) if stop < 0 else stop + 1)


def _is_alone(template: Template, action: Action) -> bool:
    """Whether an action has its line for itself, and nothing else hangs on the blanks that it eats."""
    text = template.text
    line = _line(text, action)
    if line.of(text).strip() != action.span.of(text):
        return False
    if not action.trim_right:
        return True
    above = text[: line.start].rstrip()
    printed = above and not any(a.span.end == len(above) and a.keyword != "output" for a in template.actions)
    return not printed and not text[line.end : line.end + 1].isspace()
