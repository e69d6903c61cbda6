"""A VirtualService of the chart's own: each route to the Service gets both destinations, a weight and a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class RoutedNames:
    """The names of a traffic Service as the place of a VirtualService reads them: the old one, and the expressions of
    the `stable` and the `canary` Service. With `keep` the stable Service has the old name."""

    old: Name
    stable: Expr
    canary: Expr
    keep: bool

    def stable_host(self, text: str) -> str:
        """The text of a host for the stable Service."""
        return text if self.keep else renamed(text, self.old, self.stable) or text

    def canary_host(self, text: str) -> str:
        """The text of a host for the canary Service."""
        return renamed(text, self.old, self.canary) or text


def weight_virtual_service(context: Context, when: Mapping[str, Sequence[Expr]]) -> Iterator[Item]:
    """The edits of the chart's own VirtualServices. `when` has, by site, the expressions (root as `.`) that all hold
    where the routes weigh two versions."""
    for site in context.item.virtual_services:
        said = said_at(context, site)
        if said is None:
            return
        name, terms = said
        root = root_symbol(site_scope(site), context.sources) or DOT
        names = RoutedNames(name, terms.at(terms.stable, root), terms.at(terms.canary, root), context.keep)
        if context.weighed:
            found = routes(site, name, named_routes(context, site))
            asked = [terms.at(code, root) for code in when.get(site.id, ())]
            yield from _amended(site, found, names, asked)
        else:
            yield from renamed_hosts(site, names)


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


def _amended(site: Site, found: Sequence[RouteItem], names: RoutedNames, asked: Sequence[Expr]) -> Iterator[Item]:
    """The edits of one VirtualService. `found` are its routes to the Service; `asked` the expressions for its place
    that all hold where the Rollout and its Services are there."""
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
        yield from _weighed(site, route, names, condition)
    weighed = frozenset(route.host.start for route in found)
    yield from renamed_hosts(site, names, but=weighed)


def renamed_hosts(site: Site, names: RoutedNames, but: frozenset[int] = frozenset()) -> Iterator[Item]:
    """Edits that let every host that names the Service name the stable one; `but` are starts of nodes left alone."""
    text = site.source.text
    if names.keep:
        return
    for node in (node for field in fields_of(VIRTUAL_SERVICE, SERVICE) for node in _find(site, *field.shape)):
        new = renamed(node.value.of(text).strip(), names.old, names.stable)
        if new is not None and node.start not in but:
            yield EditFile(site.source.path, Edit(node.value, new, REASON))


def _weighed(site: Site, route: RouteItem, names: RoutedNames, condition: Expr) -> Iterator[EditFile]:
    """The edits that give a route both destinations with their weights; under `condition`, empty for always."""
    text = site.source.text
    entry = route.destination
    flow = in_flow(entry, text)
    if condition and (flow or in_flow(route.item, text)):
        raise not_found(
            site, entry, "a route is a flow mapping, and is rendered without the workload too", "Write it as a block."
        )
    if flow:
        yield _weighed_flow(site, route, names)
        return
    first_line_shared = text[text.rfind("\n", 0, entry.key_span.start) + 1 : entry.key_span.start].strip()
    if first_line_shared or site.source.template.cuts(entry.span):
        raise not_found(
            site, entry, "a route's destination cannot be repeated", "Write each destination on lines of its own."
        )
    yield from _weighed_block(site, route, names, condition)


def _weighed_block(site: Site, route: RouteItem, names: RoutedNames, condition: Expr) -> Iterator[EditFile]:
    """The edits of a route whose destination has lines of its own: the canary's is a copy of them."""
    text, path, newline = site.source.text, site.source.path, newline_of(site.source.text)
    entry, host = route.destination, route.host
    weights = [node.value for node in find_deep(entry.children, ("weight",), text)][:1]
    old = host.value.of(text).strip()
    if not names.keep:
        yield EditFile(path, Edit(host.value, names.stable_host(old), REASON))
    changes = [(host.value, names.canary_host(old)), *((span, "0") for span in weights)]
    copy = without(site.source, entry.span, (), changes)
    if condition or not weights:
        copy = copy if copy.endswith("\n") else copy + newline
    pad, tail = " " * entry.children[0].indent, ""
    for span in weights:
        unweighed = f"{{{{ if {condition} }}}}100{{{{ else }}}}{span.of(text).strip()}{{{{ end }}}}"
        yield EditFile(path, Edit(span, unweighed if condition else "100", REASON))
    if not weights:
        tail = f"{pad}weight: 100{newline}"
        copy += f"{pad}weight: 0{newline}"
    if condition:
        outer = pad if route.named else " " * route.item.children[0].indent
        label = "" if route.named else f"{outer}name: {route.name}{newline}"
        tail = f"{pad}{{{{- if {condition} }}}}{newline}{tail}"
        copy += f"{label}{outer}{{{{- end }}}}{newline}"
    glue = "" if entry.span.of(text).endswith("\n") else newline
    yield EditFile(path, Edit(Span(entry.end, entry.end), f"{glue}{tail}{copy}", REASON))


def _weighed_flow(site: Site, route: RouteItem, names: RoutedNames) -> EditFile:
    """The same for a destination that is a flow mapping, alone on its line or in a flow list."""
    text = site.source.text
    entry, host = route.destination.value, route.host.value
    weights = [node.value for node in find_deep(route.destination.children, ("weight",), text)]

    def weighed(name: str, weight: int) -> str:
        changes = [(host, name), *((span, str(weight)) for span in weights)]
        if not weights:
            end = entry.start + len(text[entry.start : entry.end - 1].rstrip())
            changes.append((Span(end, end), f", weight: {weight}"))
        return without(site.source, entry, (), changes)

    line = text[text.rfind("\n", 0, entry.start) + 1 : entry.start]
    between = newline_of(text) + line if line.strip() == "-" else ", "
    old = host.of(text).strip()
    both = weighed(names.stable_host(old), 100), weighed(names.canary_host(old), 0)
    return EditFile(site.source.path, Edit(entry, between.join(both), REASON))


def _find(site: Site, *path: str) -> tuple[Node, ...]:
    return find_deep(site.document.nodes, path, site.source.text)
