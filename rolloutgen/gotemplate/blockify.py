"""Flow collections (`{a: b}`, `[a, b]`) of a templated source as nodes: a path is found however it is written.

Objects written as flow mappings, such as JSON, with their keys on lines of their own: a strategy needs a line.

    spec: {replicas: 2, selector: {matchLabels: {app: web}}}    spec:
                                                                  replicas: 2
                                                                  selector:
                                                                    matchLabels:
                                                                      app: web

The text of keys and values stays. Where an action controls what is printed, eats blanks or has a line of its own, or
a comment stands in between, nothing is done: what it would mean on other lines is not plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.lexer import CONTROL
from rolloutgen.gotemplate.outline import DocumentOutline, Node
from rolloutgen.gotemplate.sources import Source, read_sources
from rolloutgen.text_edits import Edit, Span, apply_edits, newline_of

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_KEY = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[\w./-]+)\s*:(?:\s+|(?=[\"'\[{]))")


def find_deep(nodes: tuple[Node, ...], path: tuple[str, ...], text: str) -> tuple[Node, ...]:
    """Every node at `path` below `nodes`, as `find` has it, and those within flow collections."""
    if not path:
        return ()
    here = tuple(unfolded(node, text) for node in nodes if path[0] in (node.key, "*"))
    return here if len(path) == 1 else tuple(deep for node in here for deep in find_deep(node.children, path[1:], text))


def in_flow(node: Node, text: str) -> bool:
    """Whether the value of `node` is a flow collection."""
    return text[node.value.start : node.value.start + 1] in ("{", "[") and not _ACTION.match(text, node.value.start)


def unfolded(node: Node, text: str) -> Node:
    """`node` with the entries of its flow collection as children; itself where it has none."""
    if node.children or node.value.start >= node.value.end or not in_flow(node, text):
        return node
    return _with_children(node, tuple(_entries(node, text)))


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    return Node(node.key, node.indent, node.key_span, node.value, node.start, node.end, children)


def _entries(node: Node, text: str) -> Iterator[Node]:
    items = text[node.value.start] == "["
    for span in _parts(text, node.value):
        if items:
            yield Node("-", node.indent, Span(span.start, span.start), span, span.start, span.end)
            continue
        match = _KEY.match(text, span.start, span.end)
        if match:
            key = Span(span.start, span.start + len(match[1]))
            value = Span(min(match.end(), span.end), span.end)
            yield Node(match[1].strip("\"'"), node.indent, key, value, span.start, span.end)


def _parts(text: str, whole: Span) -> Iterator[Span]:
    """What stands between the commas of a flow collection, without the blanks around it."""
    begin = position = whole.start + 1
    depth = 0
    while position < whole.end:
        skipped = _ACTION.match(text, position) or (_QUOTED.match(text, position) if text[position] in "\"'" else None)
        if skipped:
            position = skipped.end()
            continue
        char = text[position]
        if depth == 0 and char in ",]}":
            part = text[begin:position]
            if part.strip():
                start = begin + len(part) - len(part.lstrip())
                yield Span(start, start + len(part.strip()))
            begin = position + 1
            if char != ",":
                return
        depth += (char in "[{") - (char in "]}")
        position += 1


REASON = "lines"
_MAYBE = re.compile(rb"^[ \t]*(?:\{\s*\"|spec:[ \t]*\{(?!\{))", re.MULTILINE)
_KINDS = ("Deployment", "Service")
_SKIPPED = re.compile(r"\{\{.*?\}\}|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*'", re.DOTALL)
_TOKEN = re.compile(
    r"\{\{.*?\}\}|(?<![^\s,:\[{])(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*')|[\[\]{},]",
    re.DOTALL,
)
_MARKS = frozenset("[]{},")
_ENTRY = re.compile(r"(?:(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*')\s*:\s*|([A-Za-z_][\w./-]*)\s*:\s+)(?=\S)")
_WORD = re.compile(r"\"([A-Za-z][\w./-]*)\"")
_DEEPEST = 120  # columns; an object that means something stands further left
_LONGEST = 300_000  # characters of one object, which nobody writes by hand
_NO_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class _Unclear(Exception):
    """A flow mapping whose entries cannot be told apart."""


def on_lines(chart: Chart) -> Chart:
    """The chart with its Deployments' and Services' flow mappings on lines, and with them what else is JSON; the chart
    itself where it has none. Raises ChartError as `read_sources` does."""
    paths = [path for path in chart.template_paths if _MAYBE.search(chart.files[path])]
    if not paths:
        return chart
    files: dict[str, bytes] = {}
    wanted = False
    sources = read_sources(chart).files
    for source in (sources[path] for path in paths if path in sources):
        found = list(_edits(source))
        if found:
            wanted = wanted or any(needed for _, needed in found)
            files[source.path] = apply_edits(source.text, [edit for edit, _ in found]).encode()
    return chart.with_files(files) if wanted else chart


def _edits(source: Source) -> Iterator[tuple[Edit, bool]]:
    """Each edit with whether it is about a Deployment or Service."""
    text = source.text
    for document in source.documents:
        if document.span.end - document.span.start > _LONGEST:
            continue
        wanted = any(_bare(node.value.of(text)) in _KINDS for node in _kinds(document, text))
        for node in document.nodes:
            whole = not node.key and len(document.nodes) == 1 and bool(_kinds(document, text))
            if (whole or (node.key == "spec" and wanted)) and in_flow(node, text):
                lines = _lines(source, node)
                if lines is not None:
                    yield _put(source, node, lines), wanted


def _kinds(document: DocumentOutline, text: str) -> tuple[Node, ...]:
    held = document.nodes[0]
    nodes = unfolded(held, text).children if not held.key and in_flow(held, text) else document.nodes
    return find_deep(nodes, ("kind",), text)


def _put(source: Source, node: Node, lines: list[str]) -> Edit:
    newline = newline_of(source.text)
    end = _end(source.text, node.value.start)
    if not node.key:
        return Edit(Span(node.value.start, end), newline.join(lines).lstrip(), REASON)
    start = len(source.text[: node.value.start].rstrip())
    return Edit(Span(start, end), newline + newline.join(lines), REASON)


def _lines(source: Source, node: Node) -> list[str] | None:
    """The lines of a node's flow mapping; None where it has to stay as it is."""
    text = source.text
    start = node.value.start
    try:
        end = _end(text, start)
        if any(
            action.keyword in CONTROL or action.trim_left or action.trim_right or "\n" in action.span.of(text)
            for action in source.template.actions_in(Span(start, end))
        ):
            return None
        stop = text.find("\n", end)
        if "#" in _SKIPPED.sub("", text[start:end]) or text[end : stop if stop >= 0 else len(text)].strip():
            return None
        column = start - (text.rfind("\n", 0, start) + 1)
        return list(_block(text, Span(start, end), column if not node.key else node.indent + 2))
    except _Unclear:
        return None


def _block(text: str, span: Span, indent: int) -> Iterator[str]:
    """The lines of a flow collection that has entries."""
    if indent > _DEEPEST:
        raise _Unclear
    pad = " " * indent
    for part in _lines_of(text, span):
        if text[span.start] == "[":
            lines = list(_value(text, part, indent + 2))
            yield f"{pad}- {lines[0].lstrip()}"
            yield from lines[1:]
            continue
        match = _ENTRY.match(text, part.start, part.end)
        if match is None:
            raise _Unclear
        value = Span(match.end(), part.end)
        key = _plain(match[1] or match[2])
        if _is_block(text, value):
            yield f"{pad}{key}:"
            yield from _block(text, value, indent + 2)
        else:
            yield f"{pad}{key}: {_scalar(text, value)}"


def _value(text: str, span: Span, indent: int) -> Iterator[str]:
    if _is_block(text, span):
        yield from _block(text, span, indent)
    else:
        yield _scalar(text, span)


def _is_block(text: str, span: Span) -> bool:
    """Whether a value is a collection that gets lines: one with entries, but for short lists of plain values."""
    if text[span.start] not in "[{" or text.startswith("{{", span.start):
        return False
    if _end(text, span.start) != span.end:
        raise _Unclear
    starts = [part.start for part in _lines_of(text, span)]
    short = text[span.start] == "[" and "\n" not in span.of(text)
    return any(text[at] in "[{" and not text.startswith("{{", at) for at in starts) if short else bool(starts)


def _scalar(text: str, span: Span) -> str:
    value = span.of(text)
    if text[span.start] in "[{" and not value.startswith("{{") and not list(_lines_of(text, span)):
        return value[0] + value[-1]
    if "\n" in value or not value:
        raise _Unclear
    return _plain(value)


def _plain(text: str) -> str:
    """A quoted word without the quotes that it does not need."""
    word = _WORD.fullmatch(text)
    return word[1] if word and word[1].lower() not in _NO_TEXT else text


def _bare(text: str) -> str:
    return text.strip().strip("\"'")


def _lines_of(text: str, whole: Span) -> Iterator[Span]:
    """What stands between the commas of a flow collection, without the blanks around it."""
    begin, depth = whole.start + 1, 0
    for position in _marks(text, Span(begin, whole.end)):
        char = text[position]
        if depth == 0 and char in ",]}":
            part = text[begin:position]
            start = begin + len(part) - len(part.lstrip())
            if part.strip():
                yield Span(start, start + len(part.strip()))
            elif char == ",":
                raise _Unclear
            begin = position + 1
        depth += (char in "[{") - (char in "]}")


def _end(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`."""
    depth = 0
    for position in _marks(text, Span(start, min(len(text), start + _LONGEST))):
        depth += (text[position] in "[{") - (text[position] in "]}")
        if depth == 0:
            return position + 1
    raise _Unclear


def _marks(text: str, span: Span) -> Iterator[int]:
    """Where brackets and commas stand, but for those in actions and quoted texts."""
    return (found.start() for found in _TOKEN.finditer(text, span.start, span.end) if found[0] in _MARKS)
