"""Further documents behind one of the chart's own, in its file."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import Edit, Span
from .draft import EditFile
from .sources import Site


def behind(site: Site, text: str, reason: str, present: str = "") -> Iterator[EditFile]:
    """The edits that put `text` (documents without the separator before the first; a further item where the site is one
    of a List) behind the document of `site`, inside the same blocks. `present` is the expression under which they are
    rendered, "" for always."""
    source, path = site.source.text, site.source.path
    end = site.document.span.end
    newline = "\r\n" if "\r\n" in source else "\n"
    trimmed = len(source[:end].rstrip()) - 3
    if source.startswith("-}}", trimmed):
        # What follows must keep a line of its own.
        yield EditFile(path, Edit(Span(trimmed, trimmed + 1), "", reason))
    glue = "" if source[:end].endswith("\n") else newline
    ended = text if text.endswith("\n") else text + newline
    added = ended if site.listed else f"---{newline}{ended}"
    if present:
        added = f"{{{{- if {present} }}}}{newline}{added}{{{{- end }}}}{newline}"
    yield EditFile(path, Edit(Span(end, end), f"{glue}{added}", reason))
