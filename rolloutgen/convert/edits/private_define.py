"""A define that prints the body of a Deployment and of something else: the Rollout gets a copy of its own.

apiVersion: apps/v1
kind: Deployment
{{ include "app.body" . }}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.text_edits import Edit, Span, apply_edits

REASON = "own-body"
# What other includers of the define need as well.
_OF_BOTH = frozenset({"service-reference", "config-version"})


def copy_shared_define(site: Site, sources: Sources, items: Sequence[Item], name: str) -> Iterator[Item]:
    """`items` with the edits of the workload's body in a copy, the define `name`, where others include it too; `items`
    as they are where nobody does."""
    if not site.shared:
        yield from items
        return
    old = site.document.define
    source, body = sources.defines[old]
    inside: list[Edit] = []
    for item in items:
        if not (isinstance(item, EditFile) and item.path == source.path and body.covers(item.edit.span)):
            yield item
            continue
        inside.append(item.edit)
        if item.edit.code in _OF_BOTH:
            yield item
    moved = [replace(edit, span=_moved(edit.span, -body.start)) for edit in inside]
    text = apply_edits(body.of(source.text), moved).replace("\r\n", "\n").strip("\n")
    yield Define(name, text, f"The Rollout behind its kind: {old} with a strategy of its own.")
    for head in site.heads:
        for node in head.document.nodes:
            start = node.value.of(head.source.text).find(f'"{old}"')
            if start >= 0:
                span = _moved(Span(0, len(old)), node.value.start + start + 1)
                yield EditFile(head.source.path, Edit(span, name, REASON))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
