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
from rolloutgen.gotemplate.clauses import opening_clause, read_clause
from rolloutgen.gotemplate.expressions import DOT, Expr
from rolloutgen.gotemplate.outline import SPLICE, Node, lines_of
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.gotemplate.template_text import is_indented, printed_yaml
from rolloutgen.text_edits import Span, newline_of


@dataclass(frozen=True)
class Spilled:
    """An action that prints keys of the spec: its node, the text of the map in it, and the map's expression outside of
    the `with` that the action stands in."""

    node: Node
    span: Span
    code: Expr

    def without_strategy(self, site: Site, guard: Expr) -> str:
        """The text for the action that leaves the strategy out. `guard` is the expression under which the document is
        a Rollout, empty for always."""
        text = site.source.text
        action = Span(self.node.value.start, self.node.value.end).of(text)
        pad = " " * self.node.indent
        newline = newline_of(text)
        inside = self.span.of(text)
        key = f'(ternary "strategy" "" ({guard}))' if guard else '"strategy"'
        map_ = inside if inside == "." else f"({inside} | default dict)"
        begin = self.node.value.start
        again = f"{action[: self.span.start - begin]}.{action[self.span.end - begin :]}"
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
    return found[0] if needed or not found[0].code.free_variables() else None


def _read(site: Site, node: Node) -> Spilled | None:
    text = site.source.text
    action = site.source.template.sole_action(node.value)
    clause = read_clause(action.inner.of(text)) if action else None
    code = printed_yaml(clause.expr) if clause and is_indented(clause.expr) else None
    if action is None or clause is None or code is None:
        return None
    start = action.inner.start + clause.start
    span = Span(start + code.span.start, start + code.span.end)
    around = inner_blocks(site, node.value.start)
    if code == DOT:
        opener = opening_clause(around[-1][0], around[-1][1], site.source.template) if around else None
        if opener is None or opener.keyword != "with" or opener.variables:
            return None
        around, code = around[:-1], opener.expr
    if any(block.keyword != "if" for block, _ in around) or any(c.head == "." and not c.names for c in code.chains()):
        return None
    return Spilled(node, span, code)


# `{{ if eq .Values.kind "Deployment" }}strategy{{ else }}updateStrategy{{ end }}`, `{{ ternary "strategy" .. }}`
_KEY_OF_KIND = re.compile(r'\bstrategy\{\{|\}\}strategy\b|\{\{.*"strategy".*\}\}')


def strategy_keys(site: Site, spec: Sequence[Node], sources: Sources) -> list[Node]:
    """The nodes of the strategy among those below `spec`."""
    return [
        node
        for node in spec
        if node.key == "strategy"
        or _KEY_OF_KIND.search(node.key)
        or (node.key == SPLICE and _prints_it_alone(site, node, sources))
    ]


def _prints_it_alone(site: Site, node: Node, sources: Sources) -> bool:
    """Whether the action of a node calls a define of the chart whose text is one key: `strategy:`."""
    action = site.source.template.sole_action(node.value)
    name = read_clause(action.inner.of(site.source.text)).expr.first.called_define if action else ""
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
