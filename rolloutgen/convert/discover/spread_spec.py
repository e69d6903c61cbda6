"""Keys of a spec that one action prints from a map, such as `{{- toYaml .Values.spec | nindent 2 }}`.

A strategy may be among them. It would stand beside that of the Rollout, so it is left out there and carried over.

Where a Deployment's source has its strategy: as a key, or as a define that prints nothing but that key.

The `spec:` of a Deployment as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.blockify import in_flow
from rolloutgen.gotemplate.expressions import free_variables, grouped, included
from rolloutgen.gotemplate.outline import SPLICE, Node, lines_of
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.text_edits import Span, newline_of

_PRINTS = re.compile(r"\{\{-?\s*(?:toYaml\s+(?P<a>[^|]+?)|(?P<b>[^|]+?)\s*\|\s*toYaml)\s*\|\s*n?indent\s+\d+\s*-?\}\}")


@dataclass(frozen=True)
class Spilled:
    """An action that prints keys of the spec: its node, the text of the map in it, and the map's expression outside of
    the `with` that the action stands in."""

    node: Node
    span: Span
    code: str

    def without_strategy(self, site: Site, guard: str) -> str:
        """The text for the action that leaves the strategy out. `guard` is the expression under which the document is
        a Rollout, "" for always."""
        text = site.source.text
        action = Span(self.node.value.start, self.node.value.end).of(text)
        pad = " " * self.node.indent
        newline = newline_of(text)
        inside = self.span.of(text)
        key = f'(ternary "strategy" "" ({guard}))' if guard else '"strategy"'
        map_ = inside if inside == "." else f"({inside} | default dict)"
        again = action.replace(inside, ".", 1) if inside != "." else action
        return f"{{{{- with omit {map_} {key} }}}}{newline}{pad}{again}{newline}{pad}{{{{- end }}}}"


def spilled(site: Site, bodies: Sequence[Mapping[str, Any]], sources: Sources) -> Spilled | None:
    """The one action that prints keys of a Deployment's spec from a map; None where there is none, the spec has a
    strategy of its own, or there are several. `bodies` are its renders: where the map is a variable's, one of them must
    have a strategy."""
    specs = site.find("spec")
    if len(specs) != 1 or strategy_keys(site, specs[0].children, sources):
        return None
    found = [one for child in specs[0].children if child.key == SPLICE for one in [_read(site, child)] if one]
    if len(found) != 1:
        return None
    needed = any("strategy" in (body.get("spec") or {}) for body in bodies)
    return found[0] if needed or not free_variables(found[0].code) else None


def _read(site: Site, node: Node) -> Spilled | None:
    text = site.source.text
    match = _PRINTS.fullmatch(node.value.of(text))
    if match is None:
        return None
    group = "a" if match["a"] else "b"
    start = node.value.start + match.start(group)
    code = match[group]
    around = inner_blocks(site, node.value.start)
    if code == ".":
        block, branch = around[-1] if around else (None, 0)
        opener = block.openers[0].inner.of(text).strip() if block else ""
        if block is None or block.keyword != "with" or branch or ":=" in opener:
            return None
        around, code = around[:-1], opener.removeprefix("with").strip()
    if any(block.keyword != "if" for block, _ in around) or re.search(r"(?<![\w$\")\]])\.(?![A-Za-z])", code):
        return None
    return Spilled(node, Span(start, start + len(match[group])), grouped(code))


# `{{ if eq .Values.kind "Deployment" }}strategy{{ else }}updateStrategy{{ end }}`, `{{ ternary "strategy" .. }}`
_KEY_OF_KIND = re.compile(r'\bstrategy\{\{|\}\}strategy\b|\{\{.*"strategy".*\}\}')


def strategy_keys(site: Site, spec: Sequence[Node], sources: Sources) -> list[Node]:
    """The nodes of the strategy among those below `spec`."""
    return [
        node
        for node in spec
        if node.key == "strategy"
        or _KEY_OF_KIND.search(node.key)
        or (node.key == SPLICE and _prints_it_alone(node.value.of(site.source.text), sources))
    ]


def _prints_it_alone(action: str, sources: Sources) -> bool:
    """Whether an action calls a define of the chart whose text is one key: `strategy:`."""
    name = included(action.strip().strip("{}").strip("-"))
    source, span = sources.defines.get(name, (None, None))
    if source is None or span is None:
        return False
    inside = [line for line in lines_of(source.template) if span.start < line.start and line.end <= span.end]
    printed = [line for line in inside if line.kind in ("content", "splice")]
    outer = min((line.indent for line in printed), default=0)
    keys = [line for line in printed if line.indent == outer]
    return bool(keys) and all(line.kind == "content" and re.match(r"strategy:", line.masked) for line in keys)


def spec_of(site: Site) -> Node:
    """The node of `spec`, which has its keys on lines of their own. Raises ChartRefused where it has not.

    Of several the last one counts (duplicate keys, as Helm reads them): those before it must be empty.
    """
    nodes = site.find("spec")
    filled = [node for node in nodes if node.children or node.value.of(site.source.text).strip()]
    if len(filled) == 1 and filled[0] is nodes[-1] and filled[0].children:
        return filled[0]
    flow = next((node for node in nodes if in_flow(node, site.source.text)), None)
    why = "its `spec:` is a flow mapping (`{...}`)" if flow else "its `spec:` is not written out in the template"
    raise ChartRefused.in_source(
        "spec-not-found",
        site.source,
        flow.key_span.start if flow else site.document.span.start,
        f"{why}, so the strategy has no line to go to",
        "Write the Deployment's `spec:` with its keys on lines of their own.",
    )
