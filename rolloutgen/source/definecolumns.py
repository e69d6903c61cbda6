"""The column at which a define's text begins: what a call of it prints stands there, not at the call's own column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .gotmpl import CONTROL, Block, Template


def define_columns(templates: Iterable[Template]) -> Mapping[str, int]:
    """The column of each define whose first line is text that is indented within the define itself.

    A trim marker takes such an indentation away, and what an action prints first is not known: those are left out.
    """
    found: dict[str, int] = {}
    for template in templates:
        for name, block in template.defines():
            column = _column(template, block)
            if column:
                found[name] = column
    return found


def _column(template: Template, block: Block) -> int:
    """The blanks before the first text of a define; 0 where there are none, or an action comes first."""
    text, body = template.text, block.bodies()[0]
    position, eaten = body.start, block.openers[0].trim_right
    for action in (*template.actions_in(body), block.end):
        before = text[position : action.span.start]
        if before.strip():
            blanks = before[: len(before) - len(before.lstrip())]
            return 0 if eaten or "\n" not in blanks else len(blanks) - blanks.rfind("\n") - 1
        if action.keyword not in CONTROL:
            return 0
        position, eaten = action.span.end, action.trim_right
    return 0
