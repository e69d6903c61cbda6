"""A body that two keys share: conditions choose the key, and what stands behind their `end` belongs to either.

    {{- if .Values.useStatefulSet }}
    updateStrategy:
    {{- else }}
    strategy:
    {{- end }}
      {{- toYaml .Values.updateStrategy | nindent 4 }}

What a Deployment's strategy leaves behind for the Rollout's: its surge, and a Recreate that values choose.

spec.strategy of the Rollout: takes the Deployment's own out, carries its surge over, puts the canary in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.discover.spread_spec import Spilled, spec_of, strategy_keys
from rolloutgen.convert.edits.generated import indented, resource
from rolloutgen.convert.edits.name_expressions import Route, Terms
from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.expressions import expression, free_variables, grouped, reads_dot
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import owned, owned_together, reindent, without
from rolloutgen.gotemplate.scope import inner_blocks, lift, scope_at
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.model import Analysis
from rolloutgen.text_edits import Edit, Span, newline_of


@dataclass(frozen=True, slots=True)
class Unshared:
    """The lines of the block and its body; what they become without the key, where the other key has the body; and
    what the key would be by itself."""

    span: Span
    text: str
    alone: str


def unshared(site: Site, node: Node) -> Unshared | None:
    """How to take `node` out where it shares its body; None where it does not, or where the shape is another one."""
    text = site.source.text
    blocks = inner_blocks(site, node.key_span.start)
    if not blocks:
        return None
    block, branch = blocks[-1]
    last = branch == len(block.openers) - 1 == 1
    if block.keyword != "if" or not last or not node.start <= block.end.span.start < node.end:
        return None
    if text[node.key_span.end : block.end.span.start].strip(" \t\r\n:") or site.source.template.cuts(
        Span(block.span.start, node.end)
    ):
        return None
    first, other = _line(text, block.span.start), _line(text, block.openers[1].span.start)
    key, end = _line(text, node.key_span.start), _line(text, block.end.span.start)
    if other.end != key.start or key.end != end.start:
        return None
    kept = Span(first.start, other.start).of(text)
    body = Span(end.end, node.end).of(text)
    return Unshared(Span(first.start, node.end), kept + body + end.of(text), key.of(text) + body)


def _line(text: str, offset: int) -> Span:
    stop = text.find("\n", offset)
    return Span(text.rfind("\n", 0, offset) + 1, len(text) if stop < 0 else stop + 1)


_TO_YAML = re.compile(
    r"^\s*(?:toYaml\s+(?P<a>.+?)|(?P<b>.+?)\s*\|\s*toYaml)\s*(?:\|\s*(?:n?indent\s+\d+|trim))*\s*$", re.DOTALL
)
_RECREATE = re.compile(r"Recreate|\btype[\"']?:[ \t]*[\"']?\{\{")


@dataclass(frozen=True)
class Carried:
    """What the old strategy leaves behind: lines for the new one (column 0), or `values`, the expression of the map
    that holds them; the expression of its type when values choose it; the conditions (`if X`) of a Recreate.
    `is_conditional` tells that conditions may leave all of the lines out."""

    lines: str = ""
    recreate: str = ""
    values: str = ""
    defines: tuple[Define, ...] = ()
    heads: tuple[str, ...] = ()
    is_conditional: bool = False


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
    return Carried(f"{opening}{literal.lines}" + "{{- end }}\n" * len(heads), is_conditional=True)


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
        raise ChartRefused.in_source(
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


_NINDENT = re.compile(r"\b(n?indent )(\d+)")
REASON = "strategy"


def replace_strategy(
    site: Site,
    terms: Terms,
    sources: Sources,
    *,
    root: str,
    strategy: str,
    routed: bool,
    condition: str,
    routes: Sequence[Route],
    analysis: Analysis,
    analysis_define: str,
    namespace: str,
    guard: str,
    force: bool,
    barred: Sequence[str] = (),
    spilled: Spilled | None = None,
) -> Iterator[Item]:
    """The edits of one Deployment's strategy.

    `root` names the root context at the Deployment; `condition` is the expression under which the Rollout is routed, ""
    for always. `analysis_define` prints what `analysis` adds for the canary Service in `namespace`. `guard` is the
    expression under which the document is a Rollout at all, "" for always. With `force` a Recreate is no reason to
    fail. Under the expressions `barred` the template has to fail: the Service then selects other pods too.
    `spilled` prints keys of the spec, a strategy perhaps among them.
    """
    spec = spec_of(site)
    old = strategy_keys(site, spec.children, sources)
    indent = next((child.indent for child in spec.children if child.key != SPLICE), spec.indent + 2)
    here = routed and not condition
    carried = carried_over(site, old, terms, root, sources, here=here)
    if spilled:
        carried = carried_from(site, spilled.node, spilled.code, terms, root, sources, here=here)
        yield EditFile(site.source.path, Edit(spilled.node.value, spilled.without_strategy(site, guard), REASON))
    if carried.is_conditional and (not routed or condition) and not terms.local:
        # Lines that a condition may leave out could leave `canary:` empty, which is null; a map that is printed is not.
        carried = as_define(site, old, terms, root, sources)
    yield from carried.defines
    keys = '"maxUnavailable"' if strategy == "blue-green" else '"maxSurge" "maxUnavailable"'
    omitted = f" {keys}" if old or spilled else ""
    # A define knows the root alone; what reads the dot of a loop is merged where it stands.
    beside = carried.values if root != "." and reads_dot(carried.values) else ""
    block = terms.at(terms.block, root)
    lines = _NINDENT.sub(lambda found: f"{found[1]}{int(found[2]) + indent + 4}", indented(carried.lines, 4))
    text = resource(
        "strategy.yaml",
        blue_green=strategy == "blue-green",
        routed=routed and strategy == "canary",
        condition=condition,
        stable=terms.at(terms.stable, root),
        canary=terms.at(terms.canary, root),
        block=block,
        name=terms.at(terms.name, root),
        analysis=analysis,
        analysis_define=analysis_define,
        namespace=namespace,
        prefix=terms.prefix,
        root=root,
        omitted=omitted,
        values=carried.values,
        carried=_blue_green_only(lines) if strategy == "blue-green" else lines,
        n=indent,
        recreate="" if force else carried.recreate,
        heads=() if force else carried.heads,
        virtual_services=routes,
        barred=barred,
        beside=beside,
    )
    if strategy != "blue-green" and (not routed or condition):
        values = terms.at(carried.values, ".") if root == "." else carried.values.replace("$.", ".")
        values = "" if beside else values
        body = resource(
            "basic-canary.tpl", block=terms.block, omitted=omitted, values=values, alone=not lines, analysis=analysis
        )
        yield Define(
            f"{terms.prefix}.basicCanary",
            body.rstrip("\n"),
            "spec.strategy.canary where no router weighs the traffic: steps that need one are left out.",
        )
    shared = unshared(site, old[0]) if len(old) == 1 else None
    if shared:
        yield EditFile(site.source.path, Edit(shared.span, shared.text, REASON))
    yield from _placed(site, spec, () if shared else old, indented(text, indent), guard, " " * indent)


def _blue_green_only(lines: str) -> str:
    return "".join(line for line in lines.splitlines(keepends=True) if "maxSurge" not in line)


def _placed(site: Site, spec: Node, old: Sequence[Node], text: str, guard: str, pad: str) -> Iterator[Item]:
    path = site.source.path
    newline = newline_of(site.source.text)
    together = owned_together(site, old)
    regions = [together or owned(site, node) for node in old]
    free = [region for region in regions if not _conditional(site, region)]
    at = free[0] if free else None
    if guard:
        # What stood there without a condition of its own is also the strategy of the other kinds; so is what has a key
        # for each kind.
        both = at is not None and any(at == node.span or node.key != "strategy" for node in old)
        other = f"{pad}{{{{- else }}}}\n{at.of(site.source.text)}" if at is not None and both else ""
        text = f"{pad}{{{{- if {guard} }}}}\n{text}{other}{pad}{{{{- end }}}}\n"
    text = text.replace("\r\n", "\n").replace("\n", newline)
    for region in dict.fromkeys(regions):
        yield EditFile(path, Edit(region, text if region == at else "", REASON))
    if at is None:
        offset = _insertion(site, spec)
        yield EditFile(path, Edit(Span(offset, offset), text, REASON))


def _conditional(site: Site, region: Span) -> bool:
    return any(block.span.start < region.start for block, _ in inner_blocks(site, region.start))


def _insertion(site: Site, spec: Node) -> int:
    """An unconditional place for the strategy: before selector, else before template, else right under `spec:`."""
    for key in ("selector", "template"):
        for node in spec.children:
            if node.key == key and not inner_blocks(site, node.key_span.start):
                return node.start
    for node in spec.children:
        if node.key != SPLICE and not inner_blocks(site, node.key_span.start) and node.start > spec.key_span.end:
            return node.start
    stop = site.source.text.find("\n", spec.key_span.end)
    return len(site.source.text) if stop < 0 else stop + 1
