"""A VirtualService of the chart's own: each route to the Service gets both destinations, a weight and a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..context import Context
from ..draft import Define, EditFile, Item
from ..expression import printed
from ..mentions import Name, renamed
from ..refuse import refuse
from ..scope import inner_blocks, root_symbol, site_scope
from ..sources import Site
from ..terms import Route, name_anywhere
from ..text import Edit, Span
from ..yamlmap import Node, find

REASON = "virtual-service"


def rewrite(context: Context) -> Iterator[Item]:
    """The edits of the chart's own VirtualServices."""
    terms, name = context.terms, context.mention()
    if name is None:
        return
    for site in context.item.virtual_services:
        root = root_symbol(site_scope(site), context.sources) or "."
        stable, canary = (terms.at(code, root) for code in (terms.stable, terms.canary))
        if context.weighed:
            yield from _amended(site, name, stable=stable, canary=canary, keep=context.keep)
        else:
            yield from renamed_hosts(site, name, stable, keep=context.keep)


def own_routes(context: Context, root: str) -> tuple[list[Route], tuple[Define, ...]]:
    """The chart's own VirtualServices as the Rollout names them, and the defines that their names need."""
    name = context.mention()
    found: list[Route] = []
    defines: list[Define] = []
    scopes = {site_scope(site).openers() for site in context.item.virtual_services}
    for number, site in enumerate(context.item.virtual_services):
        code, extra = name_anywhere(
            site, context.sources, f"{context.terms.prefix}.virtualService{number or ''}", "Name of a VirtualService."
        )
        if name is None or code is None or len(scopes) > 1:
            raise refuse(
                "route-not-found",
                site.source,
                site.document.span.start,
                "its VirtualService stands in a loop, or several stand under different conditions",
                "Write it at the top of its template.",
            )
        defines += extra
        found.append(Route(printed(context.terms.at(code, root)), tuple(route.name for route in routes(site, name))))
    return found, tuple(defines)


@dataclass(frozen=True)
class Found:
    """One http route of the source that leads to the Service: its item, its one destination, and the name that the
    Rollout lists (template text); `named` tells whether the source names it already."""

    item: Node
    destination: Node
    host: Node
    name: str
    named: bool


def routes(site: Site, name: Name) -> tuple[Found, ...]:
    """The http routes of a VirtualService's source that lead to the Service, in order. Raises ChartRefused."""
    text = site.source.text
    found: list[Found] = []
    taken = {node.value.of(text).strip("\"' ") for node in site.find("spec", "http", "-", "name")}
    for item in site.find("spec", "http", "-"):
        entries = list(find(item.children, ("route", "-")))
        hosts = [(entry, host) for entry in entries for host in find(entry.children, ("destination", "host"))]
        mine = [(entry, host) for entry, host in hosts if renamed(host.value.of(text).strip(), name, "x") is not None]
        if not mine:
            continue
        if any(block.keyword in ("range", "with") for block, _ in inner_blocks(site, item.key_span.start)):
            raise _refused(site, item, "a route to the Service stands in a loop", "Write the route out, and name it.")
        if len(entries) != 1:
            raise refuse(
                "third-destination",
                site.source,
                item.start,
                f"a route to the Service has {len(entries)} destinations",
                "Leave one destination in that route: the controller deletes what is not its own.",
            )
        names = find(item.children, ("name",))
        label = names[0].value.of(text).strip() if names else _free(taken)
        taken.add(label)
        found.append(Found(item, *mine[0], label, bool(names)))
    if not found:
        raise _refused(
            site,
            site.document.nodes[0],
            "its routes to the Service are not written out in the template",
            "Write `route:` with one destination whose host is the Service's name.",
        )
    return tuple(found)


def _refused(site: Site, node: Node, why: str, hint: str) -> Exception:
    return refuse("route-not-found", site.source, node.start, why, hint)


def _free(taken: set[str]) -> str:
    number = 1
    while (name := "primary" if number == 1 else f"primary-{number}") in taken:
        number += 1
    return name


def _amended(site: Site, name: Name, *, stable: str, canary: str, keep: bool) -> Iterator[Item]:
    """The edits of one VirtualService. `stable` and `canary` are expressions for its place: the Services' names."""
    text, path = site.source.text, site.source.path
    newline = "\r\n" if "\r\n" in text else "\n"
    for route in routes(site, name):
        if not route.named:
            first = route.item.children[0]
            at = first.key_span.start
            yield EditFile(path, Edit(Span(at, at), f"name: {route.name}{newline}{' ' * first.indent}", REASON))
        yield from _weighed(site, route, name, stable, canary, newline, keep=keep)
    weighed = frozenset(found.host.start for found in routes(site, name))
    yield from renamed_hosts(site, name, stable, keep=keep, but=weighed)


def renamed_hosts(
    site: Site, name: Name, stable: str, *, keep: bool, but: frozenset[int] = frozenset()
) -> Iterator[Item]:
    """Edits that let every host that names the Service name the stable one; `but` are starts of nodes left alone."""
    text = site.source.text
    if keep:
        return
    paths = [("spec", "hosts", "-"), ("spec", "http", "-", "mirror", "host")]
    paths += [("spec", kind, "-", "route", "-", "destination", "host") for kind in ("http", "tcp", "tls")]
    for node in (node for path in paths for node in site.find(*path)):
        new = renamed(node.value.of(text).strip(), name, stable)
        if new is not None and node.start not in but:
            yield EditFile(site.source.path, Edit(node.value, new, REASON))


def _weighed(
    site: Site, route: Found, name: Name, stable: str, canary: str, newline: str, *, keep: bool
) -> Iterator[EditFile]:
    text, path = site.source.text, site.source.path
    entry, host = route.destination, route.host
    weights = find(entry.children, ("weight",))
    inner = entry.children[0].indent
    body = Span(entry.start, entry.end).of(text)
    first_line_shared = text[text.rfind("\n", 0, entry.key_span.start) + 1 : entry.key_span.start].strip()
    if first_line_shared or site.source.template.cuts(entry.span):
        raise _refused(
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
        yield EditFile(path, Edit(weights[0].value, "100", REASON))
        begin = weights[0].value.start - entry.start + (shift if weights[0].value.start > host.value.start else 0)
        end = begin + weights[0].value.end - weights[0].value.start
        copy = copy[:begin] + "0" + copy[end:]
        tail = ""
    else:
        tail = f"{' ' * inner}weight: 100{newline}"
        copy = f"{copy}{glue}{' ' * inner}weight: 0{newline}"
    yield EditFile(path, Edit(Span(entry.end, entry.end), f"{glue}{tail}{copy}", REASON))
