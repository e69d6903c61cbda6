"""The bounds that an autoscaler's template writes, and those of all that a loop makes, by what they scale.

spec.replicas where an autoscaler exists: the live number at the cutover and later, never outside its bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rolloutgen.convert.discover.pairing import condition as condition_of
from rolloutgen.convert.discover.pairing import side_by_side
from rolloutgen.convert.discover.spread_spec import spec_of
from rolloutgen.convert.edits.conditions import standing
from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms, chart_prefix
from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.clauses import opening_clause
from rolloutgen.gotemplate.expressions import DOT, EMPTY, Expr, all_of, any_of, as_number, include, negate, parse
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import owned, whole_lines
from rolloutgen.gotemplate.scope import has_root_only, inner_blocks, lift, root_symbol, same_scope, site_scope
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.kube.references import fields_scaling, kinds_called
from rolloutgen.text_edits import Edit, Span, newline_of

_FIELDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", "1", "0"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount", "0", "100"),
}


def fields_of(scaler: Site) -> tuple[str, str, str, str]:
    """The names of the fields that hold the minimum and the maximum, and what each is where it is not set."""
    kind = next((kind for kind in scaler.kinds() if kind in _FIELDS), "HorizontalPodAutoscaler")
    return _FIELDS[kind]


def bound(scaler: Site, field: str) -> Expr | None:
    """The expression of a bound, empty where the autoscaler does not set it; None where it is not one value."""
    nodes = scaler.find("spec", field)
    if not nodes:
        spec = scaler.find("spec")
        return None if any(child.key == SPLICE for node in spec for child in node.children) else EMPTY
    code = expression(nodes[0].value.of(scaler.source.text)) if len(nodes) == 1 else None
    if code is None or code.kind == "text":
        return code and as_number(code)
    for block, branch in reversed(inner_blocks(scaler, nodes[0].key_span.start)):
        clause = opening_clause(block, branch, scaler.source.template)
        if not clause.moves_dot:
            continue
        plain = clause.expr.path()[0].kind in ("dot", "root", "variable") and not clause.variables
        if clause.keyword != "with" or not plain:
            return None
        code = code.reroot(parse(f"({clause.expr})"))
    return parse(code.as_argument())


def listed(scaler: Site, sources: Sources, define: str) -> tuple[Expr, Define] | None:
    """The expression (root as `.`) of a map from the names of what the autoscalers of a loop scale to a list of their
    minimum and maximum, with the define that it rests on; None where the loop cannot be repeated elsewhere."""
    low, high, low_default, high_default = fields_of(scaler)
    shapes = [field.shape for kind in kinds_called(*scaler.kinds()) for field in fields_scaling(kind)]
    names = [node.value.of(scaler.source.text) for shape in shapes for node in scaler.find(*shape)]
    name = expression(names[0]) if len(names) == 1 else None
    bounds = [bound(scaler, field) for field in (low, high)]
    scope = site_scope(scaler)
    if name is None or None in bounds or not has_root_only(scope, sources):
        return None
    both = " ".join(str(code or default) for code, default in zip(bounds, (low_default, high_default), strict=True))
    body = lift(f"{{{{ {name} | quote }}}}: {{{{ list {both} | toJson }}}}\n", scope, sources, loops=True)
    if body is None:
        return None
    sites = [site for site in sources.sites.values() if any(kind in _FIELDS for kind in site.kinds())]
    number = [site.id for site in sites if site_scope(site).ranged].index(scaler.id)
    called = f"{define}{number + 1 if number else ''}"
    about = "The minimum and maximum of each autoscaler that a loop makes, by the name of what it scales."
    return parse(f"{include(called)} | fromYaml"), Define(called, body.strip(), about)


REASON = "replicas"
_HANDED_ROOT = parse("(index . 0)")


@dataclass(frozen=True)
class _Lines:
    """What stands in the place of `replicas:` where autoscalers exist: for each condition (the last may be empty, for
    always) a line, which may be "". `guard` is the expression under which all of it holds, empty for always."""

    branches: Sequence[tuple[Expr, str]]
    guard: Expr
    pad: str
    newline: str

    @property
    def conditions(self) -> list[Expr]:
        """The condition of each branch with the guard before it."""
        return [all_of([code for code in (self.guard, condition) if code]) for condition, _ in self.branches]

    @property
    def first(self) -> str:
        """The line of the first branch; where that is "", so are all."""
        return self.branches[0][1]

    def opened(self) -> str:
        """The branches as `if`, `else if` and `else`, without an `end`."""
        words = ("if", *("else if" for _ in self.branches[1:]))
        lines = (line for _, line in self.branches)
        return "".join(
            self.action(f"{word} {condition}" if condition else "else") + line
            for word, condition, line in zip(words, self.conditions, lines, strict=True)
        )

    def whole(self) -> str:
        """The branches with their `end`."""
        return self.opened() + self.action("end")

    def action(self, code: str) -> str:
        """An action on a line of its own."""
        return f"{self.pad}{{{{- {code} }}}}{self.newline}"


def set_replicas(
    site: Site, scalers: Sequence[Site], terms: Terms, sources: Sources, *, root: Expr, omit: bool, guard: Expr
) -> Iterator[Item]:
    """The edits of `spec.replicas` for a workload that `scalers` (HPAs and ScaledObjects, in the order of rendering)
    scale, one at a time.

    `root` names the root context at the workload; `guard` is the expression under which the document is a Deployment,
    empty for always: another kind keeps its replicas. Raises ChartRefused where an autoscaler's condition or its bounds
    cannot be read outside its template.
    """
    spec = spec_of(site)
    indent = next((child.indent for child in spec.children if child.key != SPLICE), spec.indent + 2)
    pad, newline = " " * indent, newline_of(site.source.text)
    branches: list[tuple[Expr, str]] = []
    for number, scaler in enumerate(scalers):
        name = f"{terms.prefix}.rolloutReplicas{number + 1 if number else ''}"
        if site_scope(scaler).ranged and (not terms.local or not _one_loop(site, scaler, sources)):
            by_name = listed(scaler, sources, f"{chart_prefix(sources)}.autoscalers")
            if by_name is None:
                raise _apart(scaler)
            yield by_name[1]
            condition, handed = _by_name(by_name[0], terms, root)
            if not omit:
                yield _handed_bounds(scaler, terms, name)
        elif terms.local:
            condition, handed = _beside(site, scaler, terms, sources, root, omit=omit)
            if not omit:
                yield _handed_bounds(scaler, terms, name)
        else:
            known = f"{terms.prefix}.autoscaled{number + 1 if number else ''}"
            found = standing(scaler, sources, known, 'Says "true" where the workload has an autoscaler.')
            if found is None:
                raise _apart(scaler)
            condition, handed = terms.at(found[0], root), root.render()
            yield from found[1]
            if not omit:
                yield _bounds(scaler, terms, sources, name)
        branches.append((condition, "" if omit else f'{pad}replicas: {{{{ include "{name}" {handed} }}}}{newline}'))
        if not condition:
            break
    if omit:
        conditions = [condition for condition, _ in branches]
        branches = [(any_of(conditions) if all(conditions) else EMPTY, "")]
    for edit in _placed(site, spec, _Lines(branches, guard, pad, newline)):
        yield EditFile(site.source.path, edit)


def _placed(site: Site, spec: Node, lines: _Lines) -> Iterator[Edit]:
    """The edits that put `lines` before the old ones, or in their place where nothing is left of these."""
    old = [node for node in spec.children if node.key == "replicas"]
    always = not lines.conditions[0]
    if not old:
        stop = site.source.text.find("\n", spec.key_span.end) + 1
        if lines.first:
            yield Edit(Span(stop, stop), lines.first if always else lines.whole(), REASON)
        return
    regions = list(dict.fromkeys(owned(site, node) for node in old))
    if len(regions) > 1:
        why = "it writes replicas in several places"
        raise ChartRefused.in_source("replicas-not-readable", site.source, old[1].start, why, "Write it once.")
    if always or not lines.conditions[-1]:
        yield Edit(regions[0], lines.first if always else lines.whole(), REASON)
    elif inner_blocks(site, regions[0].start):
        yield from _before_shared_condition(site, regions[0], lines)
    else:
        yield from _beside_old(site, regions[0], lines)


def _before_shared_condition(site: Site, region: Span, lines: _Lines) -> Iterator[Edit]:
    """Other keys share the condition of the old lines: what the autoscaler asks for stands before it, and it keeps the
    rest."""
    shared = inner_blocks(site, region.start)
    block, branch = shared[0]
    start = whole_lines(site.source, block.span).start
    yield Edit(Span(start, start), lines.whole() if lines.first else "", REASON)
    asked = negate(any_of([condition for condition, _ in lines.branches]))
    if len(shared) > 1 or branch or not _is_if(site, block, asked):
        yield from _unless(region, lines)


def _beside_old(site: Site, region: Span, lines: _Lines) -> Iterator[Edit]:
    """The old lines have no condition, or one of their own: they hold where `lines` do not."""
    block = next(
        (b for b in site.source.template.blocks if region.start <= b.span.start and b.span.end <= region.end), None
    )
    alone = block is not None and len(block.openers) == 1 and len(lines.branches) == 1
    if block and alone and _is_if(site, block, negate(lines.branches[0][0])):
        if lines.first:
            at = whole_lines(site.source, block.end.span).start
            margin = site.source.text[at : block.end.span.start]
            word = f"else if {lines.guard}" if lines.guard else "else"
            yield Edit(Span(at, at), f"{margin}{{{{- {word} }}}}{lines.newline}{lines.first}", REASON)
    elif lines.first:
        yield Edit(Span(region.start, region.start), lines.opened() + lines.action("else"), REASON)
        yield Edit(Span(region.end, region.end), lines.action("end"), REASON)
    else:
        yield from _unless(region, lines)


def _unless(region: Span, lines: _Lines) -> Iterator[Edit]:
    """The old lines where none of the conditions holds."""
    head = lines.action(f"if {negate(any_of(lines.conditions))}")
    yield Edit(Span(region.start, region.start), head, REASON)
    yield Edit(Span(region.end, region.end), lines.action("end"), REASON)


def _is_if(site: Site, block: Block, condition: Expr) -> bool:
    """Whether a block is the `if` of this condition."""
    clause = opening_clause(block, 0, site.source.template)
    return clause.keyword == "if" and not clause.variables and clause.expr.equivalent(condition)


def _one_loop(site: Site, scaler: Site, sources: Sources) -> bool:
    """Whether equal loops make the workload and its autoscaler, or defines do that are handed what they know."""
    scopes = [site_scope(place) for place in (site, scaler)]
    return same_scope(*scopes) or not all(has_root_only(scope, sources) for scope in scopes)


def _by_name(known: Expr, terms: Terms, root: Expr) -> tuple[Expr, str]:
    """As `_beside`, where `known` is the expression (root as `.`) of the bounds of all autoscalers of a loop, by the
    name of what they scale."""
    every, name = known.reroot(root), terms.at(terms.name, root).as_argument()
    return parse(f"hasKey ({every}) {name}"), f"(concat (list {root} {name}) (get ({every}) {name}))"


def _beside(site: Site, scaler: Site, terms: Terms, sources: Sources, root: Expr, *, omit: bool) -> tuple[Expr, str]:
    """The condition of an autoscaler as a workload of the same loop or of a define beside it reads it, and what the
    define of its replicas is handed there: the root, the workload's name, the bounds."""
    pair = side_by_side(site, scaler, sources)
    when = condition_of(pair, sources) if pair else None
    if pair is None or when is None:
        raise _apart(scaler)
    low_field, high_field, low_default, high_default = fields_of(scaler)
    bounds = [bound(scaler, field) for field in (low_field, high_field)]
    low, high = bounds
    if not omit and (low is None or high is None or not all(pair.told(code, scaler, site) for code in bounds if code)):
        raise _unreadable(scaler)
    return when, f"(list {root} {terms.name.as_argument()} {low or low_default} {high or high_default})"


def _handed_bounds(scaler: Site, terms: Terms, name: str) -> Define:
    _, _, low_default, high_default = fields_of(scaler)
    text = resource(
        "replicas.tpl",
        prelude="",
        low="index . 2",
        high="index . 3",
        low_default=low_default,
        high_default=high_default,
        name="(index . 1)",
        namespace=terms.namespace.reroot(_HANDED_ROOT),
        block=terms.block.reroot(_HANDED_ROOT),
    )
    return Define(
        name,
        text.rstrip("\n"),
        "Replicas beside an autoscaler, for (root, name, its minimum and maximum): what values say, else the live\n"
        "number, else the minimum.",
    )


def _apart(scaler: Site) -> Exception:
    return ChartRefused.in_source(
        "autoscaler-in-loop",
        scaler.source,
        scaler.document.span.start,
        "its autoscaler stands in a define that its Deployment does not share, or reads what only its place knows",
        "Write the autoscaler beside its Deployment: in the same loop, or in a define that is called with the same.",
    )


def _unreadable(scaler: Site) -> Exception:
    return ChartRefused.in_source(
        "autoscaler-not-readable",
        scaler.source,
        scaler.document.span.start,
        "the bounds of its autoscaler cannot be read from its template",
        "Use --replicas omit.",
    )


def _bounds(scaler: Site, terms: Terms, sources: Sources, name: str) -> Define:
    low_field, high_field, low_default, high_default = fields_of(scaler)
    low, high = (bound(scaler, field) for field in (low_field, high_field))
    scope = site_scope(scaler)
    prelude = ""
    plain = not scope.define and root_symbol(scope, sources) == DOT
    if low is None or high is None or not plain or low.free_variables() or high.free_variables():
        file = scaler.source.path.removeprefix("templates")
        if scaler.source.path.rpartition("/")[2].startswith("_") or len(sources.in_file(scaler.source.path)) != 1:
            raise _unreadable(scaler)
        prelude = f'{{{{- $spec := (include (print .Template.BasePath "{file}") . | fromYaml).spec }}}}\n'
        low, high = parse(f"$spec.{low_field}"), parse(f"$spec.{high_field}")
    text = resource(
        "replicas.tpl",
        prelude=prelude,
        low=low or low_default,
        high=high or high_default,
        low_default=low_default,
        high_default=high_default,
        name=terms.name.as_argument(),
        namespace=terms.namespace.as_argument(),
        block=terms.block,
    )
    return Define(
        name,
        text.rstrip("\n"),
        "Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.",
    )
