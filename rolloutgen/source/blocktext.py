"""YAML text that is put behind other YAML text."""

from __future__ import annotations

import re
from typing import Any

from ..text import Edit, Span
from .resources import indented


def block_yaml(value: Any, columns: int = 0) -> str:
    """`value` as block YAML, every line moved right by `columns`."""
    import yaml

    class Indented(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    return indented(yaml.dump(value, Dumper=Indented, sort_keys=False), columns)


_NOTHING = re.compile(
    r"(?:[ \t]*(?:#[^\n]*|---[ \t\r]*)?(?:\n|\Z))*?(\{[ \t]*\}[ \t]*\r?(?:\n|\Z))(?:[ \t]*(?:#[^\n]*|\r)?(?:\n|\Z))*"
)
_DOCUMENT_END = re.compile(r"(?m)^\.\.\.[ \t]*(?:#.*)?\r?$(?:\s*(?:#.*)?$)*\s*\Z")


def behind(old: str, text: str, reason: str) -> Edit:
    """The edit that puts the keys of `text` behind those of `old`, with its newlines and a blank line between.

    A lone `{}` makes room for them; a `...` that ends the document stays the end. Helm reads nothing behind either.
    """
    newline = "\r\n" if "\r\n" in old else "\n"
    empty = _NOTHING.fullmatch(old)
    if empty:
        start, rest = empty.start(1), old[empty.end(1) :]
        return Edit(Span(start, len(old)), rest + _led(old[:start] + rest, text, newline), reason)
    end = _DOCUMENT_END.search(old)
    at = end.start() if end else len(old)
    return Edit(Span(at, at), _led(old[:at], text, newline), reason)


def _led(old: str, text: str, newline: str) -> str:
    glue = "" if not old or old.endswith("\n") else newline
    lead = newline if old.strip() and not re.search(r"\n[ \t]*\r?\n\Z", old) else ""
    return (glue + lead if old.strip() else glue) + text.replace("\n", newline)
