"""The http routes of a VirtualService's source that lead to a Service.

VirtualServices of the chart's own beside the Services to which they lead: in equal loops, or in defines that are
handed the same. There each of them is told at the place of the other, where none of them can be told at the root.
"""

from __future__ import annotations

from dataclasses import dataclass

from rolloutgen.convert.discover.pairing import condition, side_by_side
from rolloutgen.convert.discover.survey import Workload
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.name_expressions import Terms, chart_prefix, local_terms
from rolloutgen.convert.edits.service_name_usages import Name, begins_with
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.object_names import name_of, resolved
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.scope import inner_blocks, site_scope
from rolloutgen.gotemplate.sources import Site, Sources


@dataclass(frozen=True)
class RouteItem:
    """One http route of the source that leads to the Service: its item, its one destination, and the name that the
    Rollout lists (template text); `named` tells whether the source names it already. `heads` are the beginnings that
    other branches of a condition give the same route: they end in `route:`, and the destination stands behind them."""

    item: Node
    destination: Node
    host: Node
    name: str
    named: bool
    heads: tuple[Node, ...] = ()


def routes(site: Site, name: Name, wanted: str) -> tuple[RouteItem, ...]:
    """The http routes of a VirtualService's source that lead to the Service, in order; those without a name are called
    `wanted`. Raises ChartRefused."""
    text = site.source.text
    found: list[RouteItem] = []
    taken = {node.value.of(text).strip("\"' ") for node in _find(site, "spec", "http", "-", "name")}
    for item in _find(site, "spec", "http", "-"):
        entries = list(find_deep(item.children, ("route", "-"), text))
        hosts = [
            (entry, host) for entry in entries for host in find_deep(entry.children, ("destination", "host"), text)
        ]
        mine = [(entry, host) for entry, host in hosts if begins_with(host.value.of(text).strip(), name)]
        if not mine:
            continue
        if any(block.keyword in ("range", "with") for block, _ in inner_blocks(site, item.key_span.start)):
            raise not_found(site, item, "a route to the Service stands in a loop", "Write the route out, and name it.")
        if len(entries) != 1:
            raise ChartRefused.in_source(
                "third-destination",
                site.source,
                item.start,
                f"a route to the Service has {len(entries)} destinations",
                "Leave one destination in that route: the controller deletes what is not its own.",
            )
        names = find_deep(item.children, ("name",), text)
        beside = {route.name for route in found if not _exclude(site, route.item, item)}
        label = names[0].value.of(text).strip() if names else _free(taken | beside, wanted)
        found.append(RouteItem(item, *mine[0], label, bool(names), _heads(site, item, mine[0][0])))
    if not found:
        _refuse_streams(site, name)
        raise not_found(
            site,
            site.document.nodes[0],
            "its routes to the Service are not written out in the template",
            "Write `route:` with one destination whose host is the Service's name.",
        )
    return tuple(found)


def _refuse_streams(site: Site, name: Name) -> None:
    """Raises ChartRefused where TCP or TLS routes lead to the Service."""
    text = site.source.text
    for kind in ("tcp", "tls"):
        for host in _find(site, "spec", kind, "-", "route", "-", "destination", "host"):
            if begins_with(host.value.of(text).strip(), name):
                why = f"a {kind} route leads to the Service; only HTTP routes can be weighed here"
                raise ChartRefused.in_source(
                    "tcp-route", site.source, host.start, why, "use --router none, or blue-green"
                )


def _exclude(site: Site, one: Node, other: Node) -> bool:
    """Whether two items stand in different branches of a condition, so that no render has both."""
    first, second = (dict(inner_blocks(site, item.key_span.start)) for item in (one, other))
    return any(first[block] != second[block] for block in first if block in second)


def _heads(site: Site, item: Node, destination: Node) -> tuple[Node, ...]:
    """The items of other branches that begin the route of `item`, whose destination stands behind their condition.
    Raises ChartRefused where not each branch begins it, or one names it."""
    blocks = [b for b, _ in inner_blocks(site, item.key_span.start) if not b.span.covers(destination.key_span)]
    if not blocks:
        return ()
    block = blocks[0]
    inside = [other for other in _find(site, "spec", "http", "-") if block.span.covers(other.key_span)]
    heads = [other for other in inside if other.children and _is_open(other.children[-1], site)]
    branches = sorted(block.branch_at(other.key_span.start) or 0 for other in (*heads, item))
    last = block.openers[-1].inner.of(site.source.text).strip()
    unnamed = not any(child.key == "name" for head in (*heads, item) for child in head.children)
    if len(blocks) > 1 or last != "else" or branches != list(range(len(block.openers))) or not unnamed:
        raise not_found(site, item, "a condition cuts a route to the Service", "Write the route whole in each branch.")
    return tuple(heads)


def _is_open(node: Node, site: Site) -> bool:
    return node.key == "route" and not node.children and not node.value.of(site.source.text).strip()


def not_found(site: Site, node: Node, why: str, hint: str) -> Exception:
    """The refusal of a route at `node` that cannot be weighed."""
    return ChartRefused.in_source("route-not-found", site.source, node.start, why, hint)


def _free(taken: set[str], wanted: str) -> str:
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name


def _find(site: Site, *path: str) -> tuple[Node, ...]:
    return find_deep(site.document.nodes, path, site.source.text)


def name_beside(context: Context, site: Site) -> tuple[Name, Terms] | None:
    """The traffic Service's name as a VirtualService beside it writes it, and the terms of its place. None where that
    is not known, and where the VirtualService may be printed without the Service, or without its Deployment."""
    item, sources = context.item, context.sources
    service = item.services[0]
    pairs = [side_by_side(site, other, sources) for other in (service, item.sites[0])]
    raw, pair = name_of(service), pairs[0]
    if not raw or not pair or len(item.virtual_services) > 1 or any(not p or condition(p, sources) for p in pairs):
        return None
    code = next((code for code in (raw, resolved(raw, site_scope(service))) if pair.told(code, service, site)), None)
    if code is None:
        return None
    hashed = f"{chart_prefix(sources)}.cutName" if context.survey.decisions.hashed else ""
    terms = local_terms(item, code, sources, context.terms, hashed)
    return Name(code.as_text(), (code,), terms, frozenset()), terms


def code_beside(context: Context, site: Site) -> Expr | None:
    """The expression of a VirtualService's name as the place of the Deployment beside it reads it."""
    deployment, code = context.site, name_of(site)
    pair = side_by_side(deployment, site, context.sources)
    if pair is None or code is None:
        return None
    for way in (code, resolved(code, site_scope(site))):
        if pair.told(way, site, deployment):
            return way
    name = context.terms.name
    return name if pair.alike(name, deployment, code, site) else None


def routed_beside(item: Workload, sources: Sources) -> Expr | None:
    """The expression, as the Deployment's place reads it, under which the VirtualService beside it is printed, empty
    for always; None where there is no such expression."""
    pair = side_by_side(item.sites[0], item.virtual_services[0], sources)
    return condition(pair, sources) if pair else None
