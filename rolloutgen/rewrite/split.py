"""A file of several documents becomes the guide's files, where the documents share nothing but plain variables."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from ..source.draft import Item, Piece, Split
from ..source.expression import free_variables
from ..source.scope import declared_in, site_scope, variables
from ..source.sources import Site, Sources
from ..survey.filenames import KINDS, file_name
from ..text import Span

REASON = "split"


def rewrite(
    sources: Sources, touched: Sequence[Site], files: Mapping[str, str], renames: Mapping[str, str]
) -> Iterator[Item]:
    """The splits of the files that hold a document which the conversion changes; `files` are the house's names,
    `renames` the new names that other files get, each with the old one: what stands there stays alone."""
    for path in dict.fromkeys(site.source.path for site in touched):
        pieces = _pieces(sources, path, files, renames)
        if pieces:
            yield Split(path, pieces, REASON)


def _pieces(sources: Sources, path: str, files: Mapping[str, str], renames: Mapping[str, str]) -> tuple[Piece, ...]:
    source = sources.files[path]
    documents = [document for document in source.documents if not document.define]
    sites = sources.in_file(path)
    if len(documents) < 2 or len(sites) != len(documents) or any(site.document.define for site in sites):
        return ()
    folder = posixpath.dirname(path)
    pieces: list[Piece] = []
    for number, site in enumerate(sites):
        scope = site_scope(site)
        kinds = set(site.kinds())
        what = KINDS.get(kinds.pop()) if len(kinds) == 1 else None
        if what is None or scope.blocks:
            return ()
        to = f"{folder}/{file_name(what, files)}"
        if (to in sources.chart.files and to != path) or renames.get(to, path) != path:
            return ()
        region = _region(site, sites, number)
        text = region.of(source.text)
        if source.template.cuts(region):
            return ()
        lines = variables(scope, free_variables(text) - declared_in(text), text)
        if lines is None:
            return ()
        newline = "\r\n" if "\r\n" in source.text else "\n"
        pieces.append(Piece(region, to, "".join(line + newline for line in lines)))
    return tuple(pieces) if len({piece.to for piece in pieces}) > 1 else ()


def _region(site: Site, sites: Sequence[Site], number: int) -> Span:
    """The document with the comments above it; the variables that stand above the first one are repeated, not moved."""
    source, region = site.source, site.document.region
    start, end = region.start, region.end
    assigned = [
        action.span.end
        for action in source.template.actions
        if action.keyword == "assign" and start <= action.span.start < site.document.span.start
    ]
    if assigned:
        start = source.text.find("\n", assigned[-1]) + 1
    while source.text[start : start + 1] in ("\n", "\r", "\ufeff") and start < end:
        start += 1
    return Span(start, max(start, end))
