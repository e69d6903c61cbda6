"""A VirtualService of the chart's own: each route to the Service gets both destinations, a weight and a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rolloutgen.convert.edits.conditions import conditions_of
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.http_routes import RouteItem, name_beside, not_found, routes
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.convert.edits.service_name_usages import Name, beside, renamed
from rolloutgen.gotemplate.blockify import find_deep, in_flow
from rolloutgen.gotemplate.expressions import DOT, Expr, all_of
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.regions import without
from rolloutgen.gotemplate.scope import inner_blocks, root_symbol, scope_at, site_scope
from rolloutgen.gotemplate.sources import Site
from rolloutgen.kube.naming import route_name
from rolloutgen.kube.references import fields_of
from rolloutgen.kube.release import SERVICE, VIRTUAL_SERVICE
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "virtual-service"


def weight_virtual_service(context: Context, when: Mapping[str, Sequence[Expr]]) -> Iterator[Item]:
    """The edits of the chart's own VirtualServices. `when` has, by site, the expressions (root as `.`) that all hold
    where the routes weigh two versions."""
    for site in context.item.virtual_services:
        said = said_at(context, site)
        if said is None:
            return
        name, terms = said
        root = root_symbol(site_scope(site), context.sources) or DOT
        stable, canary = (terms.at(code, root) for code in (terms.stable, terms.canary))
        if context.weighed:
            found = routes(site, name, named_routes(context, site))
            asked = [terms.at(code, root) for code in when.get(site.id, ())]
            yield from _amended(site, found, name, stable, canary, context.keep, asked)
        else:
            yield from renamed_hosts(site, name, stable, keep=context.keep)


def said_at(context: Context, site: Site) -> tuple[Name, Terms] | None:
    """The Service's old name as a VirtualService writes it, and the terms that hold there; None where these are not
    known."""
    name = context.mention()
    if name:
        return beside(name, site.source), context.terms
    found = name_beside(context, site) if context.terms.local and context.weighed else None
    return (beside(found[0], site.source), found[1]) if found else None


def named_routes(context: Context, site: Site) -> str:
    """What the routes of a VirtualService are called that have no name."""
    return route_name(context.item.decision, context.survey.decisions, site.id)


def _first(site: Site, item: Node) -> Node:
    """The first key of a route that is there whenever the route is: a name before it is never lost with a condition."""
    around = len(inner_blocks(site, item.key_span.start))
    always = (child for child in item.children if len(inner_blocks(site, child.key_span.start)) == around)
    return next(always, item.children[0])


def _amended(
    site: Site, found: Sequence[RouteItem], name: Name, stable: Expr, canary: Expr, keep: bool, asked: Sequence[Expr]
) -> Iterator[Item]:
    """The edits of one VirtualService. `found` are its routes to the Service; `stable` and `canary` are expressions for
    its place: the Services' names; `asked` those that all hold where the Rollout and its Services are there."""
    text, path = site.source.text, site.source.path
    newline = newline_of(text)
    for route in found:
        said = conditions_of(scope_at(site.source, route.item.key_span.start))
        condition = all_of([code for code in asked if not code.equivalent(*said)])
        for item in () if route.named or condition else (route.item, *route.heads):
            first = _first(site, item)
            at = first.key_span.start
            glue = ", " if in_flow(item, text) else f"{newline}{' ' * first.indent}"
            yield EditFile(path, Edit(Span(at, at), f"name: {route.name}{glue}", REASON))
        yield from _weighed(site, route, name, stable, canary, newline, keep=keep, condition=condition)
    weighed = frozenset(route.host.start for route in found)
    yield from renamed_hosts(site, name, stable, keep=keep, but=weighed)


def renamed_hosts(
    site: Site, name: Name, stable: Expr, *, keep: bool, but: frozenset[int] = frozenset()
) -> Iterator[Item]:
    """Edits that let every host that names the Service name the stable one; `but` are starts of nodes left alone."""
    text = site.source.text
    if keep:
        return
    for node in (node for field in fields_of(VIRTUAL_SERVICE, SERVICE) for node in _find(site, *field.shape)):
        new = renamed(node.value.of(text).strip(), name, stable)
        if new is not None and node.start not in but:
            yield EditFile(site.source.path, Edit(node.value, new, REASON))


def _weighed(
    site: Site, route: RouteItem, name: Name, stable: Expr, canary: Expr, newline: str, *, keep: bool, condition: Expr
) -> Iterator[EditFile]:
    text, path = site.source.text, site.source.path
    entry, host = route.destination, route.host
    weights = find_deep(entry.children, ("weight",), text)
    if condition and (in_flow(entry, text) or in_flow(route.item, text)):
        raise not_found(
            site, entry, "a route is a flow mapping, and is rendered without the workload too", "Write it as a block."
        )
    if in_flow(entry, text):
        yield from _weighed_flow(site, route, [weight.value for weight in weights], name, stable, canary, keep=keep)
        return
    inner = entry.children[0].indent
    body = Span(entry.start, entry.end).of(text)
    first_line_shared = text[text.rfind("\n", 0, entry.key_span.start) + 1 : entry.key_span.start].strip()
    if first_line_shared or site.source.template.cuts(entry.span):
        raise not_found(
            site, entry, "a route's destination cannot be repeated", "Write each destination on lines of its own."
        )
    old = host.value.of(text).strip()
    if not keep:
        yield EditFile(path, Edit(host.value, renamed(old, name, stable) or old, REASON))
    copy = (
        body[: host.value.start - entry.start]
        + (renamed(old, name, canary) or old)
        + body[host.value.end - entry.start :]
    )
    glue = "" if body.endswith("\n") else newline
    if weights:
        shift = len(copy) - len(body)
        old_weight = weights[0].value.of(text).strip()
        weight = f"{{{{ if {condition} }}}}100{{{{ else }}}}{old_weight}{{{{ end }}}}" if condition else "100"
        yield EditFile(path, Edit(weights[0].value, weight, REASON))
        begin = weights[0].value.start - entry.start + (shift if weights[0].value.start > host.value.start else 0)
        end = begin + weights[0].value.end - weights[0].value.start
        copy = copy[:begin] + "0" + copy[end:]
        tail = ""
    else:
        tail = f"{' ' * inner}weight: 100{newline}"
        copy = f"{copy}{glue}{' ' * inner}weight: 0{newline}"
    if condition:
        outer = " " * (inner if route.named else route.item.children[0].indent)
        label = "" if route.named else f"{outer}name: {route.name}{newline}"
        copy = copy if copy.endswith("\n") else copy + newline
        tail = f"{' ' * inner}{{{{- if {condition} }}}}{newline}{tail}"
        copy = f"{copy}{label}{outer}{{{{- end }}}}{newline}"
    yield EditFile(path, Edit(Span(entry.end, entry.end), f"{glue}{tail}{copy}", REASON))


def _weighed_flow(
    site: Site, route: RouteItem, weights: list[Span], name: Name, stable: Expr, canary: Expr, *, keep: bool
) -> Iterator[EditFile]:
    """The same for a destination that is a flow mapping, alone on its line or in a flow list."""
    text, path = site.source.text, site.source.path
    entry, host = route.destination.value, route.host.value
    old = host.of(text).strip()

    def weighed(code: Expr | None, weight: int) -> str:
        changes = [(host, old if code is None else renamed(old, name, code) or old)]
        changes += [(span, str(weight)) for span in weights]
        if not weights:
            end = entry.start + len(text[entry.start : entry.end - 1].rstrip())
            changes.append((Span(end, end), f", weight: {weight}"))
        return without(site.source, entry, (), changes)

    beside = ", "
    line = text[text.rfind("\n", 0, entry.start) + 1 : entry.start]
    if line.strip() == "-":
        beside = newline_of(text) + line
    first, second = weighed(None if keep else stable, 100), weighed(canary, 0)
    yield EditFile(path, Edit(entry, f"{first}{beside}{second}", REASON))


def _find(site: Site, *path: str) -> tuple[Node, ...]:
    return find_deep(site.document.nodes, path, site.source.text)
