"""A plan as git would show it: unified, with renames; `git apply` in the chart's directory makes the same files."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ..conversion.convert import Plan

_NO_NEWLINE = "\\ No newline at end of file\n"


def diff(plan: Plan) -> str:
    """The unified diff from the chart before to the chart after; "" when there is none."""
    if plan.after is None:
        return ""
    before, after = plan.before.files, plan.after.files
    renames = {change.path: change.to for change in plan.changes if change.to}
    arrived = set(renames.values())
    parts: list[str] = []
    for path in sorted({*before, *after} - arrived):
        to = renames.get(path, path)
        old, new = before.get(path), after.get(to)
        if old != new or to != path:
            parts.extend(_file(path, to, old, new))
    return "".join(parts)


def _file(path: str, to: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    yield f"diff --git a/{path} b/{to}\n"
    if old is None:
        yield "new file mode 100644\n"
    elif new is None:
        yield "deleted file mode 100644\n"
    old_lines, new_lines = _lines(old), _lines(new)
    if to != path:
        share = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False).ratio()
        yield f"similarity index {int(share * 100)}%\nrename from {path}\nrename to {to}\n"
    if old == new:
        return
    source = f"a/{path}" if old is not None else "/dev/null"
    target = f"b/{to}" if new is not None else "/dev/null"
    for line in difflib.unified_diff(old_lines, new_lines, source, target):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _lines(data: bytes | None) -> list[str]:
    # Only "\n" ends a line, as for git: a form feed or a lone "\r" does not.
    text = (data or b"").decode("utf-8", "replace")
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
