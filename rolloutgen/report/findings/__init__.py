"""Findings in the forms that people and programs read, one module a form. Every function returns text; none prints."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from rolloutgen.report.findings.summary import Result
from rolloutgen.text_edits import escaped_bytes

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")
_JSON = frozenset({"json", "sarif", "gitlab"})


def form(name: str, result: Result) -> str:
    """The report of a check in the form `name`, one of FORMATS, with a newline at its end (or empty)."""
    module, attribute = ("annotations", name) if name in ("github", "gitlab") else (name, "report")
    said = cast(str, getattr(import_module(f"{__name__}.{module}"), attribute)(result))
    return escaped_bytes(said) if name in _JSON else said
