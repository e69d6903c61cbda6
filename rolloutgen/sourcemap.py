"""Finds the line of a template that renders a field: the same path in the outline of the source, and an excerpt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.errors import ChartError, RolloutgenError
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.outline import SPLICE, DocumentOutline, Node, find, outline
from rolloutgen.goyaml import YamlError, line_at
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import as_list, dig
from rolloutgen.model import Diagnostic, Json, Manifest, Path, Ref
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


_LARGEST = 512 * 1024  # characters of a document in which a line is looked for


class LocatedDiagnostic(NamedTuple):
    """A finding and the text of its line; `column` (1-based, 0 for unknown) and `width` say what to underline.

    Where the source does not show the line, `rendered_line` is the line of the rendered file that `text` comes from.
    """

    diagnostic: Diagnostic
    text: str = ""
    column: int = 0
    width: int = 0
    rendered_line: int = 0


def remark(finding: Diagnostic, view: ReleaseView) -> LocatedDiagnostic:
    """The finding with its line: of the template where that is known, else of the rendered text."""
    if finding.ref is not None and not finding.line:
        finding = placed(finding, view)
    if finding.line:
        text = view.sources.get(finding.path) or view.files.get(finding.path, "")
        return underlined(finding, line_text(text, finding.line))
    manifest = _manifest(finding, view)
    rendered = view.files.get(finding.path, "")
    if manifest is None or not rendered:
        return LocatedDiagnostic(finding)
    line = rendered_line(rendered, manifest, finding.at)
    return underlined(finding, line_text(rendered, line))._replace(rendered_line=line)


def underlined(finding: Diagnostic, text: str) -> LocatedDiagnostic:
    """The finding over the text of its line: underlined is the key that it is about, else all that is no comment."""
    column, width = _part(text, finding.at)
    return LocatedDiagnostic(finding, text, column, width)


def locate_in_text(view: ReleaseView, finding: Diagnostic) -> int:
    """The line of a finding in a file that is no template: exactly where its field is written."""
    manifest = _manifest(finding, view)
    text = view.files.get(finding.path, "")
    if manifest and text:
        return rendered_line(text, manifest, finding.at)

    return locate(view, finding)


def _manifest(finding: Diagnostic, view: ReleaseView) -> Manifest | None:
    """The object that a finding is about: of several with one name, one that has the field."""
    same = [m for m in view.objects if m.ref == finding.ref and m.template == finding.path]
    return next((m for m in same if dig(m.body, *finding.at) is not None), same[0] if same else None)


def rendered_line(text: str, manifest: Manifest, at: Path) -> int:
    """The line in the rendered file `text` where the field at `at` of an object is written, or the nearest above."""
    twice = dict(manifest.twice).get(at)
    if twice:
        return twice
    node = _composed(text, manifest.line)
    item = next((index for index, body in _items(node) if body == _names(manifest)), None)
    return line_at(node, at if item is None else ("items", item, *at)) + manifest.line - 1 if node else manifest.line


@lru_cache(maxsize=32)
def _composed(text: str, line: int) -> Any:
    """The document of a rendered file that begins at `line`; None where it is too large to look into."""
    raw = _excerpt_documents(text).get(line, "")
    if not raw or len(raw) > _LARGEST:
        return None
    try:
        return goyaml.compose(raw)
    except (YamlError, RolloutgenError):
        return None


@lru_cache(maxsize=8)
def _excerpt_documents(text: str) -> Mapping[int, str]:
    return {line: raw for raw, line in goyaml.split_documents(text)}


@lru_cache(maxsize=8)
def _lines(text: str) -> Sequence[str]:
    return text.splitlines()


def _items(node: Any) -> list[tuple[int, Any]]:
    """(index, kind and name) of each item of a list of objects; nothing for an object."""
    fields = _fields(node)
    if not str(getattr(fields.get("kind"), "value", "")).endswith("List"):
        return []
    found = []
    for index, item in enumerate(getattr(fields.get("items"), "value", ())):
        own = _fields(item)
        name = _fields(own.get("metadata")).get("name")
        found.append((index, (getattr(own.get("kind"), "value", ""), getattr(name, "value", ""))))
    return found


def _fields(node: Any) -> Mapping[str, Any]:
    pairs = getattr(node, "value", ())
    return {key.value: value for key, value in pairs} if pairs and isinstance(pairs[0], tuple) else {}


def _names(manifest: Manifest) -> tuple[str, str]:
    return manifest.ref.kind, manifest.ref.name


def line_text(text: str, line: int) -> str:
    """Line `line` (1-based) of a text without its end; "" where there is none."""
    lines = _lines(text)
    return lines[line - 1] if 0 < line <= len(lines) else ""


def _part(text: str, at: Path) -> tuple[int, int]:
    match = _key_in(text, [step for step in at if isinstance(step, str)])
    if match:
        return match.start(1) + 1, len(match[1])
    bare = re.sub(r"\s#.*$", "", text).rstrip()
    start = len(bare) - len(bare.lstrip(" \t-"))
    return (start + 1, len(bare) - start) if bare.strip() else (0, 0)


def _key_in(text: str, keys: Sequence[str]) -> re.Match[str] | None:
    """The last of `keys` in a line, behind those above it that the line holds as well (`{ports: [{name: web}]}`)."""
    start, found = 0, None
    for key in keys:
        written = re.compile(rf"(?:^|[\s{{,\"'-])({re.escape(key)})[\"']?\s*:")
        found = written.search(text, start)
        start = found.end() if found else start
    return found or (written.search(text) if keys else None)
