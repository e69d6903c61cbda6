"""The chart's own VirtualServices as the Rollout names them."""

from __future__ import annotations

from ..rewrite.virtualservice import named_routes, said_at
from ..source.draft import Define
from ..source.expression import expression, grouped, printed
from ..source.flow import find_deep
from ..source.refuse import refuse
from ..source.scope import site_scope
from ..source.sources import Site
from ..survey.closed import closed_code, name_anywhere
from ..survey.context import Context
from ..survey.guards import route_conditions
from ..survey.httproutes import not_found, routes
from ..survey.looproutes import code_beside, routed_beside
from ..survey.terms import Route


def own_routes(context: Context, root: str) -> tuple[list[Route], tuple[Define, ...]]:
    """The chart's own VirtualServices as the Rollout names them, and the defines that their names need. Raises
    ChartRefused."""
    found: list[Route] = []
    conditions, needed = route_conditions(context.item, context.terms, context.sources)
    defines: list[Define] = [*needed]
    for number, site in enumerate(context.item.virtual_services):
        said = said_at(context, site)
        if said is None:
            raise _nameless(site, "the Service to which it leads stands in a loop or define, and it does not beside it")
        if context.terms.local and context.item.decision.analysis and routed_beside(context.item, context.sources):
            raise _unjudged(site)
        code, extra = _name(context, site, number)
        if code is None:
            raise _nameless(site, "its name is made of what only its place knows")
        defines += extra
        code = _with_namespace(context, site, code)
        names = dict.fromkeys(route.name for route in routes(site, said[0], named_routes(context, site)))
        condition = context.terms.at(conditions[number], root) if conditions[number] else ""
        found.append(Route(printed(context.terms.at(code, root)), tuple(names), condition))
    return found, tuple(defines)


def _name(context: Context, site: Site, number: int) -> tuple[str | None, tuple[Define, ...]]:
    """The expression of a VirtualService's name, and the define that it may need."""
    if context.terms.local:
        return code_beside(context, site), ()
    define = f"{context.terms.prefix}.virtualService{number or ''}"
    return name_anywhere(site, context.sources, define, "Name of a VirtualService.")


def _unjudged(site: Site) -> Exception:
    why = "an analysis of each workload stands beside its Service, and these would have one without being routed"
    hint = "Print the VirtualService for each Service, or leave the analysis out."
    return refuse("condition-in-loop", site.source, site.document.span.start, why, hint)


def _nameless(site: Site, why: str) -> Exception:
    hint = "Write it at the top of its template, with the name and the Service's name made of the root alone."
    return refuse("route-not-found", site.source, site.document.span.start, f"the Rollout cannot name it: {why}", hint)


def _with_namespace(context: Context, site: Site, code: str) -> str:
    """The name as the Rollout writes it: the controller reads `name.namespace` for a VirtualService elsewhere, and for
    each whose name has a dot."""
    needed: set[tuple[bool, bool]] = set()
    for render in context.survey.renders:
        release = render.value_set.release.namespace
        homes = {m.ref.namespace or release for m in render.objects if m.site == context.site.id}
        if not homes:
            continue  # without the workload nothing names it
        for service in (m for m in render.objects if m.site == site.id):
            needed.add(("." in service.ref.name, (service.ref.namespace or release) not in homes))
    if not any(map(any, needed)):
        return code
    there, here = (_namespace(place, context) for place in (site, context.site))
    whole = f'printf "%s.%s" {grouped(code)} {grouped(there)}'
    if all(map(any, needed)):
        return whole
    dotted, elsewhere = f'contains "." {grouped(code)}', f"ne {grouped(there)} {grouped(here)}"
    if not any(dots for dots, _ in needed):
        return f"ternary ({whole}) {grouped(code)} ({elsewhere})"
    return f"ternary ({whole}) {grouped(code)} (or ({dotted}) ({elsewhere}))"


def _namespace(site: Site, context: Context) -> str:
    """The expression of an object's namespace at any file's root. Raises ChartRefused where it is not one value."""
    nodes = find_deep(site.document.nodes, ("metadata", "namespace"), site.source.text)
    codes = {expression(node.value.of(site.source.text)) for node in nodes} or {".Release.Namespace"}
    code = codes.pop()
    closed = closed_code(code, site_scope(site), context.sources) if code and not codes else None
    if closed is None:
        raise not_found(site, nodes[0], "its namespace is not written as one value", "Write `namespace:` in one line.")
    rendered = (m for render in context.survey.renders for m in render.objects if m.site == site.id)
    if nodes and any(not manifest.ref.namespace for manifest in rendered):
        return f"{closed} | default .Release.Namespace"  # values may leave it empty
    return closed
