"""YAML text that is put behind other YAML text."""

from __future__ import annotations

import re
from typing import Any

from .resources import indented
from .text import Edit, Span


def block_yaml(value: Any, columns: int = 0) -> str:
    """`value` as block YAML, every line moved right by `columns`."""
    import yaml

    class Indented(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    return indented(yaml.dump(value, Dumper=Indented, sort_keys=False), columns)


def behind(old: str, text: str, reason: str) -> Edit:
    """The edit that puts `text` at the end of `old`, with its newlines and a blank line between."""
    newline = "\r\n" if "\r\n" in old else "\n"
    glue = "" if not old or old.endswith("\n") else newline
    lead = newline if old.strip() and not re.search(r"\n[ \t]*\r?\n\Z", old) else ""
    whole = (glue + lead if old.strip() else glue) + text.replace("\n", newline)
    return Edit(Span(len(old), len(old)), whole, reason)
