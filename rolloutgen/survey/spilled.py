"""Keys of a spec that one action prints from a map, such as `{{- toYaml .Values.spec | nindent 2 }}`.

A strategy may be among them. It would stand beside that of the Rollout, so it is left out there and carried over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..source.expression import free_variables, grouped
from ..source.scope import inner_blocks
from ..source.sources import Site, Sources
from ..source.strategykey import strategy_keys
from ..source.yamlmap import SPLICE, Node
from ..text import Span

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
        newline = "\r\n" if "\r\n" in text else "\n"
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
