"""Reviews of charts as text, Markdown for a pull request, JSON or one HTML page. Functions return text; none prints."""

from __future__ import annotations

from collections.abc import Sequence

from rolloutgen.diff.result import Review


def form(name: str, reviews: Sequence[Review], *, marker: str = "", limit: int = 0) -> str:
    """The report `name` of reviews: "text", "markdown", "json" or "html".

    `marker` tells comments of several jobs apart and `limit` bounds the length, both for Markdown.
    """
    if name == "json":
        from rolloutgen.report.diff.json import as_json

        return as_json(reviews)
    if name == "markdown":
        from rolloutgen.report.diff.markdown import markdown

        return markdown(reviews, marker=marker, limit=limit)
    if name == "html":
        from rolloutgen.report.diff.html import html

        return html(reviews)
    from rolloutgen.report.diff.text import text

    return text(reviews)
