"""A Deployment's file is called after the Rollout, a Service's after the two, so that git shows a rename.

A file of several documents becomes the guide's files, where the documents share nothing but plain variables.

Templates that are included by their path: the path follows a template that is renamed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from rolloutgen.convert.edits.generated import KINDS, file_name
from rolloutgen.convert.edits.operations import EditFile, Item, Piece, Rename, Split
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.clauses import declared_in, read_clause, variables_in
from rolloutgen.gotemplate.scope import site_scope, variables
from rolloutgen.gotemplate.sources import Site, Source, Sources
from rolloutgen.text_edits import Edit, Span, newline_of


def rename_file(site: Site, taken: set[str], old: str, name: str) -> Iterator[Item]:
    """The rename of a site's file when its name says `old`: the word becomes that of the file `name`. Nothing when it
    does not say so, or the new name is `taken`."""
    new, _, suffix = name.rpartition(".")
    path = site.source.path
    folder, base = posixpath.split(path)
    stem, dot, ending = base.rpartition(".")
    match = re.search(
        rf"(?i){old}s?|deploy(?=$|[-_.])" if old == "deployment" else r"(?i)(?:service|svc)(?!s|account|monitor)", stem
    )
    json = ending == "json"  # which it is no more: what is edited has lines
    if match is None and not json:
        return
    ending = "yaml" if json else suffix if (suffix, ending) == ("yml", "yaml") else ending
    if match:
        put = new if match[0][:1].islower() else new[:1].upper() + new[1:]
        stem = f"{stem[: match.start()]}{put}{stem[match.end() :]}"
    to = f"{folder}/{stem}{dot}{ending}"
    if to == path or to in taken:
        return
    taken.add(to)
    yield Rename(path, to, "rename")


REASON = "split"


def split_file(
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
        lines = variables(scope, variables_in(text) - declared_in(text), text)
        if lines is None:
            return ()
        newline = newline_of(source.text)
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


BASE_PATH_REASON = "base-path"
_FOLDER = "templates/"


def follow_base_paths(sources: Sources, items: Sequence[Item]) -> Iterator[Item]:
    """The edits that make includes by path follow the renames among `items`. Raises ChartRefused for a path that is
    split: its text stands in several files then."""
    moves: dict[str, str | None] = {item.path: item.to for item in items if isinstance(item, Rename)}
    for item in items:
        if isinstance(item, Split) and all(piece.to != item.path for piece in item.pieces):
            moves[item.path] = None
    if not moves:
        return
    for source in sources.files.values():
        yield from _includes(source, moves, sources.chart.name)


def _includes(source: Source, moves: Mapping[str, str | None], chart: str) -> Iterator[Item]:
    for action in source.template.actions:
        inner = action.inner.of(source.text)
        by_base = "Template.BasePath" in inner
        if not by_base and "include" not in inner and "template" not in inner:
            continue
        clause = read_clause(inner)
        for literal in (token for token in clause.expr.tokens() if token.kind == "text"):
            path = literal.text[1:-1]
            old = _template(path, chart, by_base=by_base)
            if old not in moves:
                continue
            to = moves[old]
            if to is None:
                raise ChartRefused.in_source(
                    "included-file-split",
                    source,
                    action.span.start,
                    f"it includes {old} by its path, and the conversion splits that file",
                    "Move the documents of that file into files of their own first.",
                )
            start = action.inner.start + clause.start + literal.start + 1
            tail = old.removeprefix(_FOLDER)
            new = f"{path.removesuffix(tail)}{to.removeprefix(_FOLDER)}"
            yield EditFile(source.path, Edit(Span(start, start + len(path)), new, BASE_PATH_REASON))


def _template(literal: str, chart: str, *, by_base: bool) -> str:
    """The template that a literal of an include names, "" for other texts.

    With the base path it is "/x.yaml" or "%s/x.yaml", without it "chart/templates/x.yaml"."""
    if by_base:
        head, slash, tail = literal.partition("/")
        return f"{_FOLDER}{tail}" if slash and head in ("", "%s") else ""
    return literal.removeprefix(f"{chart}/") if literal.startswith(f"{chart}/{_FOLDER}") else ""
