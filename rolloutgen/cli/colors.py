"""Colors of terminal output: added to a finished text, so that reports stay plain. click removes them for files."""

from __future__ import annotations

import re

import click

_SEVERITIES = {"error": "red", "refused": "red", "warning": "yellow", "info": "blue", "note": "blue"}
_SEVERITY = re.compile(r"(?m)^(\s*(?:[^\s:]*:)?(?:\d+:)?(?:\d+:)?\s*)(error|refused|warning|info|note)\b")
_STATUS = re.compile(r"(?m)(?<=: )(converted|would be converted|unchanged|refused)\b")


def color_severities(text: str) -> str:
    """A report with its severities and outcomes in color."""
    text = _SEVERITY.sub(lambda m: m[1] + click.style(m[2], fg=_SEVERITIES[m[2]], bold=True), text)
    return _STATUS.sub(lambda m: click.style(m[1], fg="red" if m[1] == "refused" else "green"), text)


def color_diff(text: str) -> str:
    """A unified diff with added, removed and position lines in color."""
    colors = {"+": "green", "-": "red", "@": "cyan"}
    return "".join(
        click.style(line.rstrip("\n"), fg=colors[line[0]]) + "\n" * line.endswith("\n") if line[:1] in colors else line
        for line in text.splitlines(keepends=True)
    )
