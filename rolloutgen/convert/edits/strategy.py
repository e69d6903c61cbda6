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
from rolloutgen.gotemplate.clauses import opening_clause, read_clause
from rolloutgen.gotemplate.conditions import condition_of
from rolloutgen.gotemplate.expressions import DOT, EMPTY, ROOT, Expr, include, parse
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import owned, owned_together, reindent, without
from rolloutgen.gotemplate.scope import inner_blocks, lift, scope_at
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.gotemplate.template_text import expression, printed_yaml, shift_indents
from rolloutgen.model import Analysis, Strategy
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


_RECREATE = re.compile(r"Recreate|\btype[\"']?:[ \t]*[\"']?\{\{")


@dataclass(frozen=True)
class Carried:
    """What the old strategy leaves behind: lines for the new one (column 0), or `values`, the expression of the map
    that holds them; the expression of its type when values choose it; the conditions that all hold where it is a
    Recreate. `is_conditional` tells that conditions may leave all of the lines out."""

    lines: str = ""
    is_conditional: bool = False
    recreate: Expr = EMPTY
    values: Expr = EMPTY
    defines: tuple[Define, ...] = ()
    heads: tuple[Expr, ...] = ()


def carried_over(site: Site, old: Sequence[Node], terms: Terms, root: Expr, sources: Sources, *, here: bool) -> Carried:
    """What the keys `old` leave behind. `root` names the root context at the Deployment; `here` tells that the lines
    are read at their own place only. Raises ChartRefused where the strategy reads variables that cannot be taken along.
    """
    if not old:
        return Carried()
    if len(old) == 1 and (literal := _literal(site, old[0])) is not None:
        return _conditioned(site, old[0], literal) or as_define(site, old, terms, root, sources)
    if len(old) == 1 and (values := _from_values(site, old[0], here=here)) is not None:
        return _fields_of(values)
    return as_define(site, old, terms, root, sources)


def _fields_of(strategy: Expr) -> Carried:
    """What the map of a whole strategy leaves behind."""
    return Carried(
        recreate=parse(f"({strategy}).type"),
        values=parse(f"({strategy}).rollingUpdate"),
    )


def carried_from(site: Site, spilled: Spilled, terms: Terms, root: Expr, sources: Sources, *, here: bool) -> Carried:
    """What a strategy leaves behind that an action may print with other keys of the spec; otherwise as
    `carried_over`."""
    if not spilled.code.free_variables() or here:
        return _fields_of(parse(f"({spilled.code.as_argument()}).strategy"))
    return as_define(site, (spilled.node,), terms, root, sources)


def _conditioned(site: Site, node: Node, literal: Carried) -> Carried | None:
    """The carried lines inside the conditions that the strategy stood in; None where those have other branches."""
    blocks = inner_blocks(site, node.key_span.start)
    if not blocks:
        return literal
    heads = [condition_of(block.openers, 0, site.source.text) for block, _ in blocks if len(block.openers) == 1]
    plain = tuple(head for head in heads if head is not None)
    if literal.recreate or len(plain) < len(blocks):
        return None
    if _kind(site, node) == "Recreate":
        return replace(literal, heads=plain)
    if not literal.lines:
        return literal
    opening = "".join(f"{{{{- if {head} }}}}\n" for head in plain)
    return Carried(f"{opening}{literal.lines}" + "{{- end }}\n" * len(plain), is_conditional=True)


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
    recreate = expression(kind) if "{{" in kind else EMPTY
    if recreate is None:
        return None
    if not rolling:
        return Carried(recreate=recreate)
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
    return Carried(lines if lines.endswith("\n") else f"{lines}\n", recreate=recreate)


def _from_values(site: Site, node: Node, *, here: bool) -> Expr | None:
    """The expression of a strategy that `toYaml` prints whole, alone or in a condition on itself. Only where it is read
    `here` and nowhere else may it have variables."""
    text, template = site.source.text, site.source.template
    inline = bool(node.value.of(text).strip())
    splice = node.children[0] if len(node.children) == 1 and node.children[0].key == SPLICE else None
    if inline == bool(splice):
        return None
    action = template.sole_action(splice.value if splice else node.value)
    code = printed_yaml(read_clause(action.inner.of(text)).expr) if action else None
    for block, branch in inner_blocks(site, splice.value.start if splice else node.key_span.start):
        clause = opening_clause(block, branch, template)
        if clause.keyword == "with" and code == DOT and not clause.variables:
            code = clause.expr
        elif clause.keyword != "if" or code is None or not clause.expr.equivalent(code):
            return None
    return None if code is None or code == DOT or (code.free_variables() and not here) else code


def as_define(site: Site, old: Sequence[Node], terms: Terms, root: Expr, sources: Sources) -> Carried:
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
    about = "The Deployment's update strategy, whose maxSurge and maxUnavailable the Rollout keeps."
    found = _fields_of(parse(f"({include(name, root)} | fromYaml).strategy"))
    return Carried(
        recreate=found.recreate if recreates else EMPTY,
        values=found.values if carries else EMPTY,
        defines=(Define(name, lifted.rstrip("\n"), about),),
    )


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


REASON = "strategy"


@dataclass(frozen=True)
class NewStrategy:
    """What the strategy of a Rollout is made of, with expressions for the place of its Deployment.

    `condition` is the one under which the Rollout is routed (empty for always), where it is `routed` at all; `routes`
    are its VirtualServices. `analysis_define` prints what `analysis` adds for the canary Service in `namespace`.
    `guard` is the expression under which the document is a Rollout, empty for always. With `force` a Recreate is no
    reason to fail. Under the expressions `barred` the template has to fail: the Service then selects other pods too.
    `spilled` prints keys of the spec, a strategy perhaps among them.
    """

    strategy: Strategy
    routed: bool
    condition: Expr
    routes: Sequence[Route]
    analysis: Analysis
    analysis_define: str
    namespace: Expr
    guard: Expr
    force: bool
    barred: Sequence[Expr] = ()
    spilled: Spilled | None = None

    @property
    def blue_green(self) -> bool:
        """Whether the traffic changes over at once."""
        return self.strategy == "blue-green"

    @property
    def always_routed(self) -> bool:
        """Whether a router weighs the traffic in every render."""
        return self.routed and not self.condition


def replace_strategy(site: Site, terms: Terms, sources: Sources, root: Expr, new: NewStrategy) -> Iterator[Item]:
    """The edits of one Deployment's strategy. `root` names the root context at the Deployment."""
    spec = spec_of(site)
    old = strategy_keys(site, spec.children, sources)
    indent = next((child.indent for child in spec.children if child.key != SPLICE), spec.indent + 2)
    carried = _carried(site, old, terms, root, sources, new)
    if new.spilled:
        text = new.spilled.without_strategy(site, new.guard)
        yield EditFile(site.source.path, Edit(new.spilled.node.value, text, REASON))
    yield from carried.defines
    omitted = ""
    if old or new.spilled:
        omitted = ' "maxUnavailable"' if new.blue_green else ' "maxSurge" "maxUnavailable"'
    # A define knows the root alone; what reads the dot of a loop is merged where it stands.
    beside = carried.values if root != DOT and carried.values.reads_dot() else EMPTY
    lines = shift_indents(indented(carried.lines, 4), indent + 4)
    if not new.blue_green and not new.always_routed:
        values = EMPTY if beside else carried.values if root == DOT else carried.values.reroot(DOT, of=ROOT)
        yield _basic_canary(terms, new, omitted, values, alone=not lines)
    text = resource(
        "strategy.yaml",
        blue_green=new.blue_green,
        routed=new.routed and new.strategy == "canary",
        condition=new.condition,
        stable=terms.at(terms.stable, root),
        canary=terms.at(terms.canary, root),
        block=terms.at(terms.block, root),
        name=terms.at(terms.name, root),
        analysis=new.analysis,
        analysis_define=new.analysis_define,
        namespace=new.namespace,
        prefix=terms.prefix,
        root=root,
        omitted=omitted,
        values=carried.values,
        carried=_blue_green_only(lines) if new.blue_green else lines,
        n=indent,
        recreate=EMPTY if new.force else carried.recreate,
        heads=() if new.force else carried.heads,
        virtual_services=new.routes,
        barred=new.barred,
        beside=beside,
    )
    shared = unshared(site, old[0]) if len(old) == 1 else None
    if shared:
        yield EditFile(site.source.path, Edit(shared.span, shared.text, REASON))
    yield from _placed(site, spec, () if shared else old, indented(text, indent), new.guard, " " * indent)


def _carried(site: Site, old: Sequence[Node], terms: Terms, root: Expr, sources: Sources, new: NewStrategy) -> Carried:
    """What the old strategy leaves behind for the new one."""
    if new.spilled:
        return carried_from(site, new.spilled, terms, root, sources, here=new.always_routed)
    carried = carried_over(site, old, terms, root, sources, here=new.always_routed)
    if carried.is_conditional and not new.always_routed and not terms.local:
        # Lines that a condition may leave out could leave `canary:` empty, which is null; a map that is printed is not.
        return as_define(site, old, terms, root, sources)
    return carried


def _basic_canary(terms: Terms, new: NewStrategy, omitted: str, values: Expr, *, alone: bool) -> Define:
    """The define of the strategy where no router weighs the traffic."""
    body = resource(
        "basic-canary.tpl", block=terms.block, omitted=omitted, values=values, alone=alone, analysis=new.analysis
    )
    return Define(
        f"{terms.prefix}.basicCanary",
        body.rstrip("\n"),
        "spec.strategy.canary where no router weighs the traffic: steps that need one are left out.",
    )


def _blue_green_only(lines: str) -> str:
    return "".join(line for line in lines.splitlines(keepends=True) if "maxSurge" not in line)


def _placed(site: Site, spec: Node, old: Sequence[Node], text: str, guard: Expr, pad: str) -> Iterator[Item]:
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
