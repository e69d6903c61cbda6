"""Plans in words and data, one module a form. Every function returns text; none prints, none shows a Secret's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the forms of findings need nothing of a conversion
    from ..conversion.job import Conversion


def form(name: str, conversion: Conversion, target: str = "", *, writes: bool = False, explain: bool = False) -> str:
    """The report `name` of a conversion: "text", "brief", "json", "diff", "markdown"; "" for others."""
    if name == "diff":
        from .diff import diff

        return diff(conversion.plan)
    if name in ("text", "brief"):
        from . import text

        make = text.text if name == "text" else text.brief
        return make(conversion, explain=explain, dry=not writes, target=target)
    if name in ("json", "json-diff"):
        from .data import as_json

        return as_json(conversion, target, with_diff=name == "json-diff")
    if name == "markdown":
        from .markdown import markdown

        return markdown(conversion, target)
    return ""
