"""Findings in the forms that people and programs read, one module a form. Every function returns text; none prints."""

from __future__ import annotations

import re
from importlib import import_module
from typing import cast

from .words import Result

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")
_JSON = frozenset({"json", "sarif", "gitlab"})
_NO_TEXT = re.compile("[\ud800-\udfff]")  # bytes of file names that are no UTF-8, as Python holds them


def form(name: str, result: Result) -> str:
    """The report of a check in the form `name`, one of FORMATS, with a newline at its end (or empty)."""
    said = cast(str, import_module(f"{__name__}.{name}_form").report(result))
    return _NO_TEXT.sub(lambda byte: f"\\u{ord(byte[0]):04x}", said) if name in _JSON else said
