"""Findings in the forms that people and programs read, one module a form. Every function returns text; none prints."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ...text import escaped_bytes
from .words import Result

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")
_JSON = frozenset({"json", "sarif", "gitlab"})


def form(name: str, result: Result) -> str:
    """The report of a check in the form `name`, one of FORMATS, with a newline at its end (or empty)."""
    said = cast(str, import_module(f"{__name__}.{name}_form").report(result))
    return escaped_bytes(said) if name in _JSON else said
