"""Adding annotations to an object's source: beside its own, and alone where the conditions of those do not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen.convert.edits.operations import EditFile
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.expressions import EMPTY, Expr
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import whole_lines
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import is_indented, printed_yaml
from rolloutgen.kube.tree import as_map
from rolloutgen.text_edits import Edit, Span, newline_of


@dataclass(frozen=True)
class Added:
    """What is added: `lines` of YAML at column 0; or `code`, an expression that prints them or nothing, and `inside`,
    the same for a place where the dot is another. `merged` yields them as a map (also valid with another dot). `code`
    is that of the edit, `hint` the way out where the source cannot take them."""

    merged: Expr
    code: str
    hint: str
    lines: tuple[str, ...] = ()
    expression: Expr = EMPTY
    inside: Expr = EMPTY

    def below(self, indent: int, *, moved: bool) -> list[str]:
        """The lines under `annotations:`."""
        if self.lines:
            return [" " * indent + line for line in self.lines]
        pad = " " * indent
        code = self.inside if moved else self.expression
        return [f"{pad}{{{{- with {code} }}}}", f"{pad}{{{{- . | nindent {indent} }}}}", f"{pad}{{{{- end }}}}"]

    def whole(self, indent: int) -> list[str]:
        """The lines with `annotations:` at column `indent`."""
        pad = " " * indent
        if self.lines:
            return [f"{pad}annotations:", *self.below(indent + 2, moved=False)]
        lines = [
            f"{{{{- with {self.expression} }}}}",
            "annotations:",
            f"  {{{{- . | nindent {indent + 2} }}}}",
            "{{- end }}",
        ]
        return [f"{pad}{line}" for line in lines]


def annotated(site: Site, added: Added, bodies: Sequence[Mapping[str, Any]]) -> Iterator[EditFile]:
    """The edits that add annotations to the object of `site`, which renders `bodies`.

    Raises ChartRefused ("annotations-not-readable") where the source does not show which there are, or where the key
    stands above nothing: it then moves into a condition of its own.
    """
    nodes = site.find("metadata", "annotations")
    given = [as_map(body.get("metadata")) for body in bodies]
    rendered = any(metadata.get("annotations") for metadata in given)
    null = any("annotations" in metadata and metadata["annotations"] is None for metadata in given)
    if len(nodes) > 1 or (nodes and null):
        raise _unclear(site, nodes[-1], added)
    if nodes:
        yield from _beside(site, nodes[0], added)
        return
    metadata = site.find("metadata")
    if len(metadata) != 1 or not metadata[0].children or rendered:
        raise _unclear(site, metadata[0] if metadata else site.document.nodes[0], added)
    plain = [child for child in metadata[0].children if child.key == "name"]
    after_name = len(plain) == 1 and not inner_blocks(site, plain[0].key_span.start)
    offset = plain[0].end if after_name else site.source.text.find("\n", metadata[0].key_span.end) + 1
    lines = added.whole(metadata[0].children[0].indent)
    glue = "" if site.source.text[:offset].endswith("\n") else "\n"
    yield EditFile(site.source.path, Edit(Span(offset, offset), glue + _joined(site, lines), added.code))


def _beside(site: Site, node: Node, added: Added) -> Iterator[EditFile]:
    text, path = site.source.text, site.source.path
    blocks = inner_blocks(site, node.key_span.start)
    region = node.span
    for block, branch in reversed(blocks):
        whole = whole_lines(site.source, block.span)
        rest = text[whole.start : region.start] + text[region.end : whole.end]
        alone = not re.sub(r"\{\{.*?\}\}", "", rest, flags=re.DOTALL).strip()
        if block.keyword not in ("if", "with") or branch or len(block.openers) != 1 or not alone:
            raise _unclear(site, node, added)
        at = whole_lines(site.source, block.end.span).start
        lead = text[at : block.end.span.start]
        lines = [f"{lead if lead.isspace() else ''}{{{{- else }}}}", *added.whole(node.indent)]
        yield EditFile(path, Edit(Span(at, at), _joined(site, lines), added.code))
        region = whole
    moved = any(block.keyword == "with" for block, _ in blocks)
    indent = node.children[0].indent if node.children else node.indent + 2
    value, splices = node.value.of(text).strip(), [child for child in node.children if child.key == SPLICE]
    inline = bool(value) and not value.startswith("#")
    if inline or len(splices) == len(node.children) == 1:
        printed = splices[0].value if splices else node.value
        action = site.source.template.sole_action(printed)
        code = read_clause(action.inner.of(text)).expr if action else EMPTY
        own = printed_yaml(code) if is_indented(code) else None
        if splices and inline:
            raise _unclear(site, node, added)
        included = code.first.is_call("include", "tpl") and code.is_call("nindent")
        if own is None and action and action.trim_left and included:
            lead = "" if splices else _joined(site, [""])
            ours = _joined(site, added.below(indent, moved=moved)).removeprefix(" " * indent if splices else "")
            new = f"{lead}{ours}{' ' * indent}{printed.of(text).strip()}"
            yield EditFile(path, Edit(printed, new, added.code))
            return
        if own is None:
            raise _unclear(site, node, added)
        merged = f"{{{{- toYaml (merge {added.merged} ({own.as_argument()} | default dict)) | nindent {indent} }}}}"
        yield EditFile(path, Edit(printed, merged, added.code))
        return
    stop = text.find("\n", node.key_span.end) + 1
    yield EditFile(path, Edit(Span(stop, stop), _joined(site, added.below(indent, moved=moved)), added.code))


def _joined(site: Site, lines: Sequence[str]) -> str:
    newline = newline_of(site.source.text)
    return "".join(line + newline for line in lines)


def _unclear(site: Site, node: Node, added: Added) -> Exception:
    return ChartRefused.in_source(
        "annotations-not-readable",
        site.source,
        node.start,
        "annotations cannot be added: its own are printed whole, by several conditions, or not at all",
        f"Write `annotations:` once, with its keys or one toYaml below it; or {added.hint}.",
    )
