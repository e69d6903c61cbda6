"""What a Deployment's strategy leaves behind for the Rollout's: its surge, and a Recreate that values choose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..source.draft import Define
from ..source.expression import expression, free_variables, grouped
from ..source.refuse import refuse
from ..source.regions import reindent, without
from ..source.scope import inner_blocks, lift, scope_at
from ..source.sharedbody import unshared
from ..source.sources import Site, Sources
from ..source.yamlmap import SPLICE, Node
from ..text import Span
from .terms import Terms

_TO_YAML = re.compile(
    r"^\s*(?:toYaml\s+(?P<a>.+?)|(?P<b>.+?)\s*\|\s*toYaml)\s*(?:\|\s*(?:n?indent\s+\d+|trim))*\s*$", re.DOTALL
)
_RECREATE = re.compile(r"Recreate|\btype[\"']?:[ \t]*[\"']?\{\{")


@dataclass(frozen=True)
class Carried:
    """What the old strategy leaves behind: lines for the new one (column 0), or `values`, the expression of the map
    that holds them; the expression of its type when values choose it; the conditions (`if X`) of a Recreate."""

    lines: str = ""
    recreate: str = ""
    values: str = ""
    defines: tuple[Define, ...] = ()
    heads: tuple[str, ...] = ()


def carried_over(site: Site, old: Sequence[Node], terms: Terms, root: str, sources: Sources, *, here: bool) -> Carried:
    """What the keys `old` leave behind. `root` names the root context at the Deployment; `here` tells that the lines
    are read at their own place only. Raises ChartRefused where the strategy reads variables that cannot be taken along.
    """
    if not old:
        return Carried()
    if len(old) == 1 and (literal := _literal(site, old[0])) is not None:
        return _conditioned(site, old[0], literal) or as_define(site, old, terms, root, sources)
    if len(old) == 1 and (values := _from_values(site, old[0], here=here)) is not None:
        return Carried("", f"({grouped(values)}).type", f"({values}).rollingUpdate")
    return as_define(site, old, terms, root, sources)


def carried_from(
    site: Site, node: Node, code: str, terms: Terms, root: str, sources: Sources, *, here: bool
) -> Carried:
    """What a strategy leaves behind that the action `node` may print with other keys of the map `code`; otherwise as
    `carried_over`."""
    if not free_variables(code) or here:
        return Carried("", f"(({code}).strategy).type", f"(({code}).strategy).rollingUpdate")
    return as_define(site, (node,), terms, root, sources)


def _conditioned(site: Site, node: Node, literal: Carried) -> Carried | None:
    """The carried lines inside the conditions that the strategy stood in; None where those have other branches."""
    blocks = inner_blocks(site, node.key_span.start)
    if not blocks:
        return literal
    if literal.recreate or any(block.keyword != "if" or len(block.openers) > 1 for block, _ in blocks):
        return None
    heads = [block.openers[0].inner.of(site.source.text).strip() for block, _ in blocks]
    if _kind(site, node) == "Recreate":
        return replace(literal, heads=tuple(heads))
    if not literal.lines:
        return literal
    opening = "".join(f"{{{{- {head} }}}}\n" for head in heads)
    return Carried(f"{opening}{literal.lines}" + "{{- end }}\n" * len(heads))


def _kind(site: Site, node: Node) -> str:
    kinds = [child for child in node.children if child.key == "type"]
    return kinds[0].value.of(site.source.text).strip().strip("\"'") if kinds else ""


def _literal(site: Site, node: Node) -> Carried | None:
    """A strategy written key by key: the lines below rollingUpdate, whatever their values are."""
    text = site.source.text
    if node.value.of(text).strip() or any(child.key not in ("type", "rollingUpdate") for child in node.children):
        return None
    kinds = [child for child in node.children if child.key == "type"]
    rolling = [child for child in node.children if child.key == "rollingUpdate"]
    if len(kinds) > 1 or len(rolling) > 1:
        return None
    if any(
        inner_blocks(site, child.key_span.start) != inner_blocks(site, node.key_span.start) for child in node.children
    ):
        return None
    if site.source.template.cuts(node.span):
        return None
    kind = kinds[0].value.of(text).strip() if kinds else ""
    recreate = ""
    if "{{" in kind:
        code = expression(kind)
        if code is None:
            return None
        recreate = grouped(code)
    if not rolling:
        return Carried("", recreate)
    inside = rolling[0].children
    if (
        rolling[0].value.of(text).strip()
        or any(child.key not in ("maxSurge", "maxUnavailable") for child in inside)
        or not inside
    ):
        return None
    span = Span(inside[0].start, rolling[0].end)
    if site.source.template.cuts(span):
        return None
    lines = reindent(without(site.source, span, ()).replace("\r\n", "\n"), inside[0].indent, 0)
    return Carried(lines if lines.endswith("\n") else f"{lines}\n", recreate)


def _from_values(site: Site, node: Node, *, here: bool) -> str | None:
    """The expression of a strategy that `toYaml` prints whole, alone or in a condition on itself. Only where it is read
    `here` and nowhere else may it have variables."""
    text = site.source.text
    inner: list[str] = []
    if node.value.of(text).strip() and not node.children:
        inner = [node.value.of(text).strip()]
    elif len(node.children) == 1 and node.children[0].key == SPLICE and not node.value.of(text).strip():
        inner = [node.children[0].value.of(text).strip()]
    if len(inner) != 1 or inner[0].count("{{") != 1:
        return None
    match = _TO_YAML.match(inner[0].strip("{}").strip().removeprefix("- ").removesuffix(" -").strip())
    if match is None:
        return None
    code = (match["a"] or match["b"]).strip()
    around = inner_blocks(site, node.key_span.start)
    held = inner_blocks(site, node.children[0].value.start) if node.children else around
    for block, branch in held:
        opener = block.openers[branch].inner.of(text).strip()
        if block.keyword == "with" and code == "." and branch == 0:
            code = opener.removeprefix("with").strip()
        elif block.keyword != "if" or branch or opener.removeprefix("if").strip() != code:
            return None
    if code == "." or (free_variables(code) and not here) or ("(" in code and ")" not in code):
        return None
    return code


def as_define(site: Site, old: Sequence[Node], terms: Terms, root: str, sources: Sources) -> Carried:
    """The general way: the old text becomes a define, whose output is read back as YAML. Raises ChartRefused where it
    reads variables that cannot be taken along."""
    regions = list(dict.fromkeys(_outermost(site, node) for node in old))
    shared = unshared(site, old[0]) if len(old) == 1 else None
    body = shared.alone if shared else "".join(region.of(site.source.text) for region in regions)
    body = body.replace("\r\n", "\n")
    printed = _printed(site, old)
    carries, recreates = printed or "rollingUpdate" in body, printed or _RECREATE.search(body) is not None
    if not carries and not recreates:
        return Carried()
    place = scope_at(site.source, regions[0].start)
    lifted = None if terms.local else lift(body, replace(place, blocks=()), sources)
    if lifted is None:
        raise refuse(
            "strategy-not-readable",
            site.source,
            old[0].start,
            "its strategy reads variables of its surroundings",
            "Write the strategy with values only, or take it out: a Rollout has its own.",
        )
    name = f"{terms.prefix}.updateStrategy"
    values = f'(include "{name}" {root} | fromYaml).strategy'
    define = Define(
        name,
        lifted.rstrip("\n"),
        "The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps.",
    )
    kind = f"({values}).type" if recreates else ""
    return Carried("", kind, f"({values}).rollingUpdate" if carries else "", (define,))


def _printed(site: Site, old: Sequence[Node]) -> bool:
    """Whether an action prints keys of a strategy, so that its text does not tell what it says."""
    values = [node.value.of(site.source.text).lstrip() for node in old]
    inside = [child for node in old for child in node.children]
    return any(value.startswith("{{") for value in values) or any(child.key == SPLICE for child in inside)


def _outermost(site: Site, node: Node) -> Span:
    """The lines of the outermost block of the document around a strategy, else the strategy's own."""
    blocks = inner_blocks(site, node.key_span.start)
    if not blocks:
        return node.span
    text = site.source.text
    span = blocks[0][0].span
    start = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.end)
    return Span(start, len(text) if stop < 0 else stop + 1)
