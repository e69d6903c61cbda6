"""Finds the line of a template that renders a field: the same path in the outline of the source, and an excerpt."""

from __future__ import annotations

import re
from functools import lru_cache

from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.outline import SPLICE, DocumentOutline, Node, find, outline
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import as_list, dig
from rolloutgen.model import Diagnostic, Json, Path, Ref
from rolloutgen.text_edits import line_of


def locate(view: ReleaseView, finding: Diagnostic) -> int:
    """The 1-based line of the finding's field in its template, or of the nearest field around it that is written there.

    0 when the sources are not known, or when they do not tell which of several objects is meant.
    """
    source = view.sources.get(finding.path)
    if source is None or finding.ref is None:
        return 0
    document = _document(view, finding.path, source, finding.ref)
    if document is None:
        return 0
    body = next((m.body for m in view.objects if m.ref == finding.ref and m.template == finding.path), {})
    start = deepest(document.nodes, finding.at, source, body) or document.nodes[0].start
    return line_of(source, start)


@lru_cache(maxsize=64)
def _documents(path: str, source: str) -> tuple[DocumentOutline, ...]:
    try:
        return tuple(document for document in outline(parse(source, path)) if not document.define)
    except ChartError:
        return ()


def _document(view: ReleaseView, path: str, source: str, ref: Ref) -> DocumentOutline | None:
    """The document that renders the object: the only one of its kind, or the one at the same place among them."""
    found = [document for document in _documents(path, source) if _kind(document, source) in (ref.kind, "")]
    same = [m.ref for m in view.objects if m.template == path and m.ref.kind == ref.kind]
    if len(found) == 1:
        return found[0]
    if len(found) == len(same) and ref in same:
        return found[same.index(ref)]
    named = [document for document in found if _name_fits(document, source, ref.name)]
    return named[0] if len(named) == 1 else None


def _name_fits(document: DocumentOutline, source: str, name: str) -> bool:
    """Whether the name as written, whatever its actions print, can be `name`."""
    nodes = [node for node in document.find("metadata", "name") if node.value.start < node.value.end]
    written = [re.split(r"\{\{.*?\}\}", node.value.of(source).strip().strip("\"'")) for node in nodes]
    return any(re.fullmatch(".*".join(map(re.escape, parts)), name) for parts in written)


def _kind(document: DocumentOutline, source: str) -> str:
    """The kind as written; "" where an action gives it."""
    for node in document.nodes:
        if node.key == "kind":
            kind = node.value.of(source).strip().strip("\"'")
            return "" if "{{" in kind else kind
    return ""


def deepest(nodes: tuple[Node, ...], at: Path, source: str, body: Json) -> int:
    """The offset of the last step of `at` that the source writes; 0 when not even the first one is there."""
    start = 0
    for step in at:
        if isinstance(step, int):
            items = [node for node in nodes if node.key == "-"]
            # A loop or a condition among the items breaks the count: then the entry's name tells which one it is, and
            # where it does not, the list's own line is the honest answer.
            rendered = len(body) if isinstance(body, list) else len(items)
            counted = step < len(items) == len(nodes) == rendered
            found = items[step] if counted else _of_that_name(nodes, step, source, body)
            if found is None:
                break
            node = found
        else:
            matching = [node for node in nodes if node.key.strip("\"'") == step]
            if not matching:
                break
            # The branches of a condition merge in the outline: the one that was rendered has the rendered value.
            value = str(dig(body, step))
            node = next((n for n in matching if n.value.of(source).strip().strip("\"'") == value), matching[0])
        body = dig(body, step)
        start, nodes = node.key_span.start, node.children
    return start


def _of_that_name(nodes: tuple[Node, ...], step: int, source: str, body: Json) -> Node | None:
    """The item that renders the entry `step` of the list `body`: the one of its name, with several of that name the one
    in its turn; the only action among the items where no item that is left has it."""
    name = dig(body, step, "name")
    if not isinstance(name, str):
        return None
    turn = len([entry for entry in as_list(body)[:step] if dig(entry, "name") == name])
    written = [node for node in nodes if name in {_text(found, source) for found in find(node.children, ("name",))}]
    if turn < len(written):
        return written[turn]
    others = [node for node in nodes if node.key == SPLICE]
    return others[0] if len(others) == 1 else None


def _text(node: Node, source: str) -> str:
    return node.value.of(source).strip().strip("\"'")


_ACTION = re.compile(r"\{\{.*?\}\}")


def placed(finding: Diagnostic, view: ReleaseView, needle: str = "") -> Diagnostic:
    """The finding with its line, where the sources show it; with `needle`, the first line from there on that holds its
    first line (or where none does, its next).

    An object that a template includes as a whole stands in a define of another file: then that is the finding's file.
    A line of rendered notes becomes the line of the template that printed it.
    """
    if finding.ref is None:
        return finding._replace(line=_of_rendered(finding, view)) if finding.line else finding
    if finding.line:
        return finding
    line = locate(view, finding)
    if not line:
        finding = _in_define(finding, view)
        line = locate(view, finding) or finding.line
    return finding._replace(line=_needle(view.sources.get(finding.path, ""), line, needle) or line)


def _needle(text: str, line: int, needle: str) -> int:
    if not needle or not text:
        return 0
    for words in needle.splitlines():
        for number, content in enumerate(text.splitlines(), 1):
            if number >= line and words in content:
                return number
    return 0


def _in_define(finding: Diagnostic, view: ReleaseView) -> Diagnostic:
    """The finding in the file of the one define of the chart that holds an object of its kind."""
    assert finding.ref is not None
    found: list[tuple[str, int]] = []
    for path, source in view.sources.items():
        if "define" in source:
            found += [(path, line) for kind, line in _defined(path, source) if kind == finding.ref.kind]
    return finding._replace(path=found[0][0], line=found[0][1]) if len(found) == 1 else finding


@lru_cache(maxsize=256)
def _defined(path: str, source: str) -> tuple[tuple[str, int], ...]:
    """Kind and first line of each object that stands in a define."""
    try:
        documents = outline(parse(source, path))
    except ChartError:
        return ()
    return tuple(
        (node.value.of(source).strip().strip("\"'"), source.count("\n", 0, document.span.start) + 1)
        for document in documents
        for node in document.nodes
        if document.define and node.key == "kind"
    )


def _of_rendered(finding: Diagnostic, view: ReleaseView) -> int:
    """The line of the template that printed a line of rendered text; 0 where none fits."""
    rendered = view.files.get(finding.path, "").splitlines()
    source = view.sources.get(finding.path)
    if source is None or finding.line > len(rendered):
        return 0 if source is not None else finding.line
    printed = rendered[finding.line - 1].strip()
    for number, content in enumerate(source.splitlines(), 1):
        fixed = _ACTION.split(content.strip())
        if any(part.strip() for part in fixed) and re.fullmatch(".*".join(map(re.escape, fixed)), printed):
            return number
    return 0
