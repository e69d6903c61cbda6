"""Conditions of a document, told to other places: when a workload is routed, and what its own place already says.

What other objects of the release ask before they speak of a workload: whether it, or its Service, is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rolloutgen.convert.discover.survey import Workload
from rolloutgen.convert.edits import workload
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.http_routes import routed_beside
from rolloutgen.convert.edits.name_expressions import Terms, workload_prefix
from rolloutgen.convert.edits.operations import Define
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.clauses import opening_clause
from rolloutgen.gotemplate.conditions import chosen_when, condition_of
from rolloutgen.gotemplate.expressions import DOT, EMPTY, Expr, all_of, any_of, include
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.scope import Scope, lift, root_symbol, site_scope
from rolloutgen.gotemplate.sources import Site, Sources


def routed_when(item: Workload, terms: Terms, sources: Sources) -> tuple[Expr, tuple[Define, ...]]:
    """The expression (root as `.`; of local terms, at the Deployment) under which the workload is routed, empty for
    always."""
    if terms.local:
        # What leads to the Service is printed nowhere without it, so its own condition says all.
        own = routed_beside(item, sources) if item.virtual_services else terms.condition
        if own is None:
            raise _unrepeatable(item.virtual_services[0], "a VirtualService")
        return own, ()
    if by_conditions(item):
        return _routed_by_any(item, terms, sources)
    sites = [*item.services[:1], *item.virtual_services[:1]]
    blocks = [(site, pair) for site in sites for pair in site_scope(site).blocks]
    if not blocks:
        return EMPTY, ()
    if len({opening_clause(pair[0], 0, site.source.template) for site, pair in blocks}) == 1 < len(blocks):
        blocks = blocks[:1]
    code = _plain_condition(blocks[0][0], [blocks[0][1]]) if len(blocks) == 1 else None
    if code:
        return code, ()
    body: str | None = "true\n"
    for site in reversed(sites):
        body = lift(body, site_scope(site), sources) if body is not None else None
    if body is None:
        raise _unrepeatable(site)
    name, about = f"{terms.prefix}.routed", 'Says "true" where the workload has its traffic Service.'
    return include(name), (Define(name, _tight(body), about),)


def served_when(item: Workload, terms: Terms, sources: Sources) -> tuple[Expr, tuple[Define, ...]]:
    """The expression (as of `routed_when`) under which the traffic Service is rendered, empty for always."""
    if terms.local:
        return terms.condition, ()
    if not item.virtual_services:
        return routed_when(item, terms, sources)
    name = f"{terms.prefix}.hasService"
    found = standing(item.services[0], sources, name, 'Says "true" where the workload has its Service.')
    if found is None:
        raise _unrepeatable(item.services[0])
    return found


def by_conditions(item: Workload) -> bool:
    """Whether the chart's own VirtualServices of a workload stand under different conditions."""
    return len({site_scope(site).openers() for site in item.virtual_services}) > 1


def route_conditions(item: Workload, terms: Terms, sources: Sources) -> tuple[list[Expr], tuple[Define, ...]]:
    """For each of the chart's own VirtualServices of a workload the expression (root as `.`) under which it is
    rendered, empty for always, where these differ; and the defines that they rest on."""
    if not by_conditions(item):
        return [EMPTY] * len(item.virtual_services), ()
    codes: list[Expr] = []
    defines: list[Define] = []
    for number, site in enumerate(item.virtual_services):
        name = f"{terms.prefix}.hasVirtualService{number + 1 if number else ''}"
        found = standing(site, sources, name, 'Says "true" where a VirtualService of the workload is rendered.')
        if found is None:
            raise _unrepeatable(site, "a VirtualService")
        codes.append(found[0])
        defines += found[1]
    return codes, tuple(defines)


def _routed_by_any(item: Workload, terms: Terms, sources: Sources) -> tuple[Expr, tuple[Define, ...]]:
    """As `routed_when`, where any of several VirtualServices makes the difference."""
    codes, defines = route_conditions(item, terms, sources)
    about = 'Says "true" where a VirtualService of the chart\'s own leads to the workload.'
    own = served_when(item, terms, sources)
    around = site_scope(item.services[0]).openers()
    if all(site_scope(site).openers()[: len(around)] == around for site in item.virtual_services):
        own = EMPTY, ()
    every = any_of(codes) if all(codes) else EMPTY
    if not every:
        return own
    whole = all_of([code for code in (own[0], every) if code])
    name = f"{terms.prefix}.routed"
    body = f"{{{{- if {whole} -}}}}\ntrue\n{{{{- end -}}}}"
    return include(name), (*defines, *own[1], Define(name, body, about))


def standing(site: Site, sources: Sources, define: str, about: str) -> tuple[Expr, tuple[Define, ...]] | None:
    """The expression (root as `.`) under which a document is rendered, empty for always, with the define (called
    `define`) that it may need; None where its conditions cannot be repeated elsewhere."""
    scope = site_scope(site)
    blocks = scope.blocks
    if not blocks and not scope.define:
        return EMPTY, ()
    if len(blocks) == 1 and blocks[0][0].keyword == "if" and root_symbol(scope, sources) == DOT:
        code = _branch_condition(*blocks[0], site)
        if code and not code.free_variables():
            return code, ()
    body = lift("true\n", scope, sources)
    return None if body is None else (include(define), (Define(define, _tight(body), about),))


def _branch_condition(block: Block, branch: int, site: Site) -> Expr | None:
    """The condition of a branch of an `if`; None for an `else with`."""
    if not branch:
        return condition_of(block.openers, 0, site.source.text)
    with_one = opening_clause(block, branch, site.source.template).moves_dot
    return None if with_one else chosen_when(block.openers, branch, site.source.text)


def _plain_condition(site: Site, blocks: Sequence[tuple[Block, int]]) -> Expr | None:
    """The condition of the one block around a document, where it is an `if` that reads no variables; else None."""
    if len(blocks) != 1 or blocks[0][1]:
        return None
    code = condition_of(blocks[0][0].openers, 0, site.source.text)
    return code if code and not code.free_variables() else None


def _tight(body: str) -> str:
    return re.sub(r"(?<! -)\s\}\}", " -}}", body).strip()


def _unrepeatable(site: Site, what: str = "the traffic Service") -> Exception:
    return ChartRefused.in_source(
        "condition-in-loop",
        site.source,
        site.document.span.start,
        f"the condition of {what} cannot be repeated outside its place",
        f"Put a plain condition around {what.replace('a Virtual', 'the Virtual')}.",
    )


def present_when(item: Workload, prefix: str, guard: Expr, sources: Sources) -> tuple[Expr, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, where its Service may be rendered or
    named without it; empty elsewhere. `guard` is the expression that chooses its kind."""
    if not item.service_alone and not item.named_alone:
        return EMPTY, ()
    return rendered_when(item, prefix, guard, sources)


def rendered_when(item: Workload, prefix: str, guard: Expr, sources: Sources) -> tuple[Expr, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, empty for always or where it cannot be told
    elsewhere. `guard` is the expression that chooses its kind."""
    site = item.sites[0].place
    blocks = site_scope(site).blocks
    if not blocks and not (guard and guard.free_variables()):
        return guard, ()
    code = None if guard else _plain_condition(site, blocks)
    if code:
        return code, ()
    inner = f"{{{{- if {guard} }}}}\ntrue\n{{{{- end }}}}\n" if guard else "true\n"
    body = lift(inner, site_scope(site), sources)
    if body is None:
        return EMPTY, ()
    name = f"{prefix}.rolledOut"
    return include(name), (Define(name, _tight(body), 'Says "true" where the workload is rendered.'),)


def implied(condition: Expr, site: Site) -> bool:
    """Whether the Deployment's own conditions already say `condition`."""
    return not condition or condition.equivalent(*conditions_of(site_scope(site.place)))


def conditions_of(scope: Scope) -> list[Expr]:
    """The expressions of the conditions that all hold at a place."""
    plain = (block for block, branch in scope.blocks if block.keyword == "if" and branch == 0)
    codes = (condition_of(block.openers, 0, scope.source.text) for block in plain)
    return [code for code in codes if code]


def shown_when(site: Site) -> Expr:
    """The condition (root as `.`) of the notes: that of the Deployment where it can be repeated simply."""
    return _plain_condition(site.place, site_scope(site.place).blocks) or EMPTY


def present(context: Context, other: Site) -> tuple[Expr, Sequence[Define]]:
    """The expression (root as `.`) under which the workload is rendered, where what stands at `other` may be rendered
    without it: in some value set it is, or its own conditions do not ask for the kind; empty elsewhere, and for what
    follows the workload into its absence."""
    if other.id in context.item.decision.autoscaler_sites:
        return EMPTY, ()
    kind = workload.guard(context.site)
    blocks = (block for block, _ in site_scope(other).blocks)
    asked = (opening_clause(block, 0, other.source.template).expr for block in blocks)
    if not context.alone(other) and (not kind or any(any(code.occurrences(kind.equivalent)) for code in asked)):
        return EMPTY, ()
    return rendered_when(context.item, workload_prefix(context.item, context.survey), kind, context.sources)


def weighed(context: Context, other: Site) -> tuple[tuple[Expr, ...], Sequence[Define]]:
    """The expressions (root as `.`) that all hold where traffic is weighed between two versions, as what stands at
    `other` has to ask them: the workload and its Service are there, and so is a VirtualService of the chart's own.
    None for always, or where the place of `other` says it."""
    item, terms, sources = context.item, context.terms, context.sources
    if terms.local:
        return (), ()
    codes: list[Expr] = []
    defines: list[Define] = []
    if context.alone(other):
        kind = workload.guard(context.site)
        code, found = rendered_when(item, workload_prefix(item, context.survey), kind, sources)
        codes.append(code)
        defines += found
    if item.virtual_services and other not in item.virtual_services:
        code, found = routed_when(item, terms, sources)
        codes.append(EMPTY if implied(code, other) else code)
        defines += found
    elif unserved(context, other):
        code, found = served_when(item, terms, sources)
        codes.append(code)
        defines += found
    return tuple(code for code in dict.fromkeys(codes) if code), defines


def unserved(context: Context, other: Site) -> bool:
    """Whether some render has the workload and what stands at `other`, but not the traffic Service."""
    services = {site.id for site in context.item.services}
    for render in context.survey.renders:
        here = {manifest.site for manifest in render.objects}
        if context.site.id in here and other.id in here and not services & here:
            return True
    return False
