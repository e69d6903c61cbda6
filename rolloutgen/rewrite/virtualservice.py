"""A VirtualService of the chart's own: each route to the Service gets both destinations, a weight and a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..draft import EditFile, Item
from ..mentions import Name, renamed
from ..refuse import refuse
from ..regions import reindent
from ..scope import inner_blocks
from ..sources import Site
from ..text import Edit, Span
from ..yamlmap import Node, find

REASON = "virtual-service"


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
        entries = [node for node in find(item.children, ("route", "-"))]
        hosts = [(entry, host) for entry in entries for host in find(entry.children, ("destination", "host"))]
        mine = [(entry, host) for entry, host in hosts if renamed(host.value.of(text).strip(), name, "x") is not None]
        if not mine:
            continue
        if any(block.keyword in ("range", "with") for block, _ in inner_blocks(site, item.key_span.start)):
            raise _refused(site, item, "a route to the Service stands in a loop", "Write the route out, and name it.")
        if len(entries) != 1:
            raise refuse(
                "third-destination", site.source, item.start, f"a route to the Service has {len(entries)} destinations",
                "Leave one destination in that route: the controller deletes what is not its own.",
            )
        names = find(item.children, ("name",))
        label = names[0].value.of(text).strip() if names else _free(taken)
        taken.add(label)
        found.append(Found(item, *mine[0], label, bool(names)))
    if not found:
        raise _refused(
            site, site.document.nodes[0], "its routes to the Service are not written out in the template",
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


def rewrite(site: Site, name: Name, *, stable: str, canary: str, keep: bool) -> Iterator[Item]:
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


def renamed_hosts(site: Site, name: Name, stable: str, *, keep: bool, but: frozenset[int] = frozenset()) -> Iterator[Item]:
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
        raise _refused(site, entry, "a route's destination cannot be repeated", "Write each destination on lines of its own.")
    old = host.value.of(text).strip()
    if not keep:
        yield EditFile(path, Edit(host.value, renamed(old, name, stable) or old, REASON))
    copy = body[: host.value.start - entry.start] + (renamed(old, name, canary) or old) + body[host.value.end - entry.start :]
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


def hosts(site: Site, path: tuple[str, ...], given: str) -> Iterator[Item]:
    """Edits that let values replace the hosts at `path`: `given` is the expression of their list."""
    text, file = site.source.text, site.source.path
    newline = "\r\n" if "\r\n" in text else "\n"
    for node in site.find(*path):
        inline = node.value.of(text).strip()
        stop = text.find("\n", node.key_span.end) + 1 or len(text)
        if inline or not node.children or site.source.template.cuts(Span(stop, node.end)):
            if inline.startswith("[") and not site.source.template.cuts(node.span):
                yield EditFile(file, Edit(node.value, f"{{{{ with {given} }}}}{{{{ toJson . }}}}{{{{ else }}}}{inline}{{{{ end }}}}", REASON))
            continue
        column = node.children[0].indent
        pad = " " * column
        head = f"{pad}{{{{- with {given} }}}}{newline}{pad}{{{{- toYaml . | nindent {column} }}}}{newline}{pad}{{{{- else }}}}{newline}"
        yield EditFile(file, Edit(Span(stop, stop), head, REASON))
        glue = "" if text[: node.end].endswith("\n") else newline
        yield EditFile(file, Edit(Span(node.end, node.end), f"{glue}{pad}{{{{- end }}}}{newline}", REASON))


def own_hosts(site: Site) -> str | None:
    """The text of a VirtualService's hosts as YAML list items at column 0; None where it is not written out."""
    text = site.source.text
    nodes = site.find("spec", "hosts")
    if len(nodes) != 1 or site.source.template.cuts(nodes[0].span):
        return None
    inline = nodes[0].value.of(text).strip()
    if inline:
        return inline if inline.startswith("[") else None
    if not nodes[0].children:
        return None
    stop = text.find("\n", nodes[0].key_span.end) + 1
    body = text[stop : nodes[0].end].replace("\r\n", "\n")
    return re.sub(r"(?m)^\s*\n", "", reindent(body, nodes[0].children[0].indent, 0)).rstrip("\n")
