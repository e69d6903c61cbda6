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
from rolloutgen.gotemplate.conditions import chosen_when
from rolloutgen.gotemplate.expressions import all_of, free_variables, grouped
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.scope import Scope, lift, root_symbol, site_scope
from rolloutgen.gotemplate.sources import Site, Sources


def routed_when(item: Workload, terms: Terms, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`; of local terms, at the Deployment) under which the workload is routed, "" for
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
        return "", ()
    if len({pair[0].openers[0].inner.of(site.source.text).strip() for site, pair in blocks}) == 1 < len(blocks):
        blocks = blocks[:1]
    site, (block, branch) = blocks[0]
    code = block.openers[0].inner.of(site.source.text).strip()
    if len(blocks) == 1 and block.keyword == "if" and branch == 0 and not free_variables(code):
        return code.removeprefix("if").strip(), ()
    body: str | None = "true\n"
    for site in reversed(sites):
        body = lift(body, site_scope(site), sources) if body is not None else None
    if body is None:
        raise _unrepeatable(site)
    name, about = f"{terms.prefix}.routed", 'Says "true" where the workload has its traffic Service.'
    return f'include "{name}" .', (Define(name, _tight(body), about),)


def served_when(item: Workload, terms: Terms, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (as of `routed_when`) under which the traffic Service is rendered, "" for always."""
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


def route_conditions(item: Workload, terms: Terms, sources: Sources) -> tuple[list[str], tuple[Define, ...]]:
    """For each of the chart's own VirtualServices of a workload the expression (root as `.`) under which it is
    rendered, "" for always, where these differ; and the defines that they rest on."""
    if not by_conditions(item):
        return [""] * len(item.virtual_services), ()
    codes: list[str] = []
    defines: list[Define] = []
    for number, site in enumerate(item.virtual_services):
        name = f"{terms.prefix}.hasVirtualService{number + 1 if number else ''}"
        found = standing(site, sources, name, 'Says "true" where a VirtualService of the workload is rendered.')
        if found is None:
            raise _unrepeatable(site, "a VirtualService")
        codes.append(found[0])
        defines += found[1]
    return codes, tuple(defines)


def _routed_by_any(item: Workload, terms: Terms, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """As `routed_when`, where any of several VirtualServices makes the difference."""
    codes, defines = route_conditions(item, terms, sources)
    about = 'Says "true" where a VirtualService of the chart\'s own leads to the workload.'
    own = served_when(item, terms, sources)
    around = site_scope(item.services[0]).openers()
    if all(site_scope(site).openers()[: len(around)] == around for site in item.virtual_services):
        own = "", ()
    every = "" if "" in codes else f"or {' '.join(grouped(code) for code in codes)}"
    if not every:
        return own
    whole = all_of([code for code in (own[0], every) if code])
    name = f"{terms.prefix}.routed"
    body = f"{{{{- if {whole} -}}}}\ntrue\n{{{{- end -}}}}"
    return f'include "{name}" .', (*defines, *own[1], Define(name, body, about))


def standing(site: Site, sources: Sources, define: str, about: str) -> tuple[str, tuple[Define, ...]] | None:
    """The expression (root as `.`) under which a document is rendered, "" for always, with the define (called `define`)
    that it may need; None where its conditions cannot be repeated elsewhere."""
    scope = site_scope(site)
    blocks = scope.blocks
    if not blocks and not scope.define:
        return "", ()
    if len(blocks) == 1 and blocks[0][0].keyword == "if" and root_symbol(scope, sources) == ".":
        code = _plain(*blocks[0], site.source.text)
        if code and not free_variables(code):
            return code, ()
    body = lift("true\n", scope, sources)
    return None if body is None else (f'include "{define}" .', (Define(define, _tight(body), about),))


def _plain(block: Block, branch: int, text: str) -> str | None:
    """The condition of a branch of an `if`; None for an `else with`."""
    if not branch:
        return block.openers[0].inner.of(text).strip().removeprefix("if").strip()
    words = block.openers[branch].inner.of(text).split()
    return None if words[1:2] == ["with"] else chosen_when(block.openers, branch, text)


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


def present_when(item: Workload, prefix: str, guard: str, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, where its Service may be rendered or
    named without it; "" elsewhere. `guard` is the expression that chooses its kind."""
    if not item.service_alone and not item.named_alone:
        return "", ()
    return rendered_when(item, prefix, guard, sources)


def rendered_when(item: Workload, prefix: str, guard: str, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, "" for always or where it cannot be told
    elsewhere. `guard` is the expression that chooses its kind."""
    site = item.sites[0].place
    blocks = site_scope(site).blocks
    if not blocks and guard and not free_variables(guard):
        return guard, ()
    if len(blocks) == 1 and not guard and blocks[0][0].keyword == "if" and blocks[0][1] == 0:
        code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        if not free_variables(code):
            return code, ()
    if not blocks and not guard:
        return "", ()
    inner = f"{{{{- if {guard} }}}}\ntrue\n{{{{- end }}}}\n" if guard else "true\n"
    body = lift(inner, site_scope(site), sources)
    if body is None:
        return "", ()
    name = f"{prefix}.rolledOut"
    return f'include "{name}" .', (Define(name, _tight(body), 'Says "true" where the workload is rendered.'),)


def implied(condition: str, site: Site) -> bool:
    """Whether the Deployment's own conditions already say `condition`."""
    site = site.place
    return not condition or condition in conditions_of(site_scope(site))


def conditions_of(scope: Scope) -> set[str]:
    """The expressions of the conditions that all hold at a place."""
    return {
        block.openers[0].inner.of(scope.source.text).strip().removeprefix("if").strip()
        for block, branch in scope.blocks
        if block.keyword == "if" and branch == 0
    }


def shown_when(site: Site) -> str:
    """The condition (root as `.`) of the notes: that of the Deployment where it can be repeated simply."""
    site = site.place
    blocks = site_scope(site).blocks
    if len(blocks) == 1 and blocks[0][0].keyword == "if" and blocks[0][1] == 0:
        code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        return "" if free_variables(code) else code
    return ""


def present(context: Context, other: Site) -> tuple[str, Sequence[Define]]:
    """The expression (root as `.`) under which the workload is rendered, where what stands at `other` may be rendered
    without it: in some value set it is, or its own conditions do not ask for the kind; "" elsewhere, and for what
    follows the workload into its absence."""
    if other.id in context.item.decision.autoscaler_sites:
        return "", ()
    kind = workload.guard(context.site)
    asked = [opener for block, _ in site_scope(other).blocks for opener in block.openers[:1]]
    if not context.alone(other) and (not kind or any(kind in action.span.of(other.source.text) for action in asked)):
        return "", ()
    return rendered_when(context.item, workload_prefix(context.item, context.survey), kind, context.sources)


def weighed(context: Context, other: Site) -> tuple[tuple[str, ...], Sequence[Define]]:
    """The expressions (root as `.`) that all hold where traffic is weighed between two versions, as what stands at
    `other` has to ask them: the workload and its Service are there, and so is a VirtualService of the chart's own.
    None for always, or where the place of `other` says it."""
    item, terms, sources = context.item, context.terms, context.sources
    if terms.local:
        return (), ()
    codes: list[str] = []
    defines: list[Define] = []
    if context.alone(other):
        kind = workload.guard(context.site)
        code, found = rendered_when(item, workload_prefix(item, context.survey), kind, sources)
        codes.append(code)
        defines += found
    if item.virtual_services and other not in item.virtual_services:
        code, found = routed_when(item, terms, sources)
        codes.append("" if implied(code, other) else code)
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
