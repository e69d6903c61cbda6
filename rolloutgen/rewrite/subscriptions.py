"""metadata.annotations of the Rollout: the channels that hear of it, from values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..draft import Define, EditFile, Item
from ..expression import grouped
from ..refuse import refuse
from ..regions import whole_lines
from ..resources import resource
from ..scope import inner_blocks
from ..sources import Site
from ..terms import Terms, with_root
from ..text import Edit, Span
from ..tree import dig
from ..yamlmap import SPLICE, Node

REASON = "subscriptions"
_TO_YAML = re.compile(r"\{\{-?\s*(?:toYaml\s+(?P<a>[^|]+?)|(?P<b>[^|]+?)\s*\|\s*toYaml)\s*\|\s*n?indent\s+\d+\s*-?\}\}")


def rewrite(site: Site, terms: Terms, root: str, prefix: str, bodies: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
    """The edits of a workload's annotations; `prefix` begins the define's name, `bodies` are its Deployments.

    Raises ChartRefused where the source does not show what annotations there are.
    """
    name = f"{prefix}.subscriptions"
    about = "Annotations of a Rollout for its values: the channels that hear of it, by trigger."
    yield Define(name, resource("subscriptions.tpl").rstrip("\n"), about)
    nodes = site.find("metadata", "annotations")
    if not nodes:
        yield _added(site, name, terms, root, rendered=any(dig(body, "metadata", "annotations") for body in bodies))
        return
    if len(nodes) > 1:
        raise _unclear(site, nodes[1])
    code = f'include "{name}" {grouped(terms.at(terms.block, root))}'
    inside = f'include "{name}" {grouped(with_root(terms.block, "$"))}'
    yield from _beside(site, nodes[0], code, inside)


def _added(site: Site, name: str, terms: Terms, root: str, *, rendered: bool) -> EditFile:
    """The annotations where the source has none."""
    metadata = site.find("metadata")
    if len(metadata) != 1 or not metadata[0].children or rendered:
        raise _unclear(site, metadata[0] if metadata else site.document.nodes[0])
    plain = [child for child in metadata[0].children if child.key == "name"]
    indent = metadata[0].children[0].indent
    stop = site.source.text.find("\n", metadata[0].key_span.end) + 1
    after_name = len(plain) == 1 and not inner_blocks(site, plain[0].key_span.start)
    offset = plain[0].end if after_name else stop
    code = f'include "{name}" {grouped(terms.at(terms.block, root))}'
    return EditFile(site.source.path, Edit(Span(offset, offset), _block(site, code, indent), REASON))


def _block(site: Site, code: str, indent: int) -> str:
    pad = " " * indent
    lines = [f"{{{{- with {code} }}}}", "annotations:", f"  {{{{- . | nindent {indent + 2} }}}}", "{{- end }}"]
    return _joined(site, [f"{pad}{line}" for line in lines])


def _beside(site: Site, node: Node, code: str, inside: str) -> Iterator[EditFile]:
    """Ours beside the chart's own, and alone where the conditions around those do not hold. `inside` is `code` for a
    place where the dot may be another."""
    text, path = site.source.text, site.source.path
    blocks = inner_blocks(site, node.key_span.start)
    region = node.span
    for block, branch in reversed(blocks):
        whole = whole_lines(site.source, block.span)
        rest = text[whole.start : region.start] + text[region.end : whole.end]
        alone = not re.sub(r"\{\{.*?\}\}", "", rest, flags=re.DOTALL).strip()
        if block.keyword not in ("if", "with") or branch or len(block.openers) != 1 or not alone:
            raise _unclear(site, node)
        at = whole_lines(site.source, block.end.span).start
        lead = text[at : block.end.span.start]
        other = _joined(site, [f"{lead if lead.isspace() else ''}{{{{- else }}}}"]) + _block(site, code, node.indent)
        yield EditFile(path, Edit(Span(at, at), other, REASON))
        region = whole
    moved = any(block.keyword == "with" for block, _ in blocks)
    mine = inside if moved else code
    indent = node.children[0].indent if node.children else node.indent + 2
    value, splices = node.value.of(text).strip(), [child for child in node.children if child.key == SPLICE]
    if (value and not value.startswith("#")) or len(splices) == len(node.children) == 1:
        printed = splices[0].value if splices else node.value
        found = _TO_YAML.fullmatch(printed.of(text).strip())
        if found is None or (splices and value and not value.startswith("#")):
            raise _unclear(site, node)
        own = grouped((found["a"] or found["b"]).strip())
        merged = f"{{{{- toYaml (merge ({mine} | fromYaml) ({own} | default dict)) | nindent {indent} }}}}"
        yield EditFile(path, Edit(printed, merged, REASON))
        return
    stop = text.find("\n", node.key_span.end) + 1
    pad = " " * indent
    lines = [f"{pad}{{{{- with {mine} }}}}", f"{pad}{{{{- . | nindent {indent} }}}}", f"{pad}{{{{- end }}}}"]
    yield EditFile(path, Edit(Span(stop, stop), _joined(site, lines), REASON))


def _joined(site: Site, lines: Sequence[str]) -> str:
    newline = "\r\n" if "\r\n" in site.source.text else "\n"
    return "".join(line + newline for line in lines)


def _unclear(site: Site, node: Node) -> Exception:
    return refuse(
        "annotations-not-readable",
        site.source,
        node.start,
        "annotations for Slack cannot be added to its metadata: its own are printed whole, or by several conditions",
        "Write `annotations:` once, with its keys or one toYaml below it; or convert without --slack.",
    )
