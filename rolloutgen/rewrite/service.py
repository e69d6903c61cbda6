"""The traffic Service becomes two: the stable one keeps the text, the canary is a copy without what one alone has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..source.adding import behind
from ..source.draft import EditFile, Item
from ..source.expression import printed
from ..source.flow import find_deep, in_flow
from ..source.objectname import name_of
from ..source.refuse import refuse
from ..source.regions import owned, owned_together, without, without_blanks
from ..source.scope import inner_blocks
from ..source.sources import Site
from ..source.yamlmap import SPLICE, Node, walk
from ..survey.terms import Terms
from ..text import Edit, Span

REASON = "service"
_EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/"

# What only one Service can have, or what only another type than ClusterIP allows.
ONLY_STABLE = frozenset({
    "type", "nodePort", "clusterIP", "clusterIPs", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges",
    "externalIPs", "externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts",
})  # fmt: skip

_INDENTED = re.compile(r"\s*\|\s*n?indent\s+\d+\s*$")


def rewrite(
    site: Site,
    terms: Terms,
    *,
    root: str,
    keep: bool,
    further: str = "",
    present: str = "",
    node_ports: bool = False,
) -> Iterator[Item]:
    """The edits of a Service's template.

    `root` names the root context there. `further` is more text (documents, each with its separator before it) for the
    same place: what belongs to a Service in a loop. `present` is the condition of all that is added, "" for none. With
    `node_ports` some render has a nodePort.
    """
    names = find_deep(site.document.nodes, ("metadata", "name"), site.source.text)
    if not names or (len(names) > 1 and name_of(site) is None):
        raise refuse(
            "service-name-not-found",
            site.source,
            site.document.span.start,
            "the name of the traffic Service is neither one value of its template nor one of each branch",
            "Write `name:` under `metadata:` in one line.",
        )
    stable, canary = (printed(terms.at(code, root)) for code in (terms.stable, terms.canary))
    whole = site.document.span
    if site.source.template.cuts(whole):
        raise refuse(
            "service-cut",
            site.source,
            whole.start,
            "a condition begins inside the Service and ends behind it",
            "Put the condition around the whole document.",
        )
    if site.listed and further:
        raise refuse(
            "service-not-in-source",
            site.source,
            whole.start,
            "the traffic Service is an item of a `kind: List` in a loop, where no documents can stand beside it",
            "Write the Service as a document of its own.",
        )
    if not keep:
        if terms.local and present:
            old = names[0].value.of(site.source.text).strip() if len(names) == 1 else printed(name_of(site) or "")
            stable = f"{{{{ if {present} }}}}{stable}{{{{ else }}}}{old}{{{{ end }}}}"
        for span, new in _named(site, names, stable):
            yield EditFile(site.source.path, Edit(span, new, REASON))
    newline = "\r\n" if "\r\n" in site.source.text else "\n"
    extra = further.replace("\r\n", "\n").replace("\n", newline)
    yield from behind(site, f"{_ended(_canary(site, names, canary, node_ports), newline)}{extra}", REASON, present)


def _ended(text: str, newline: str) -> str:
    return text if text.endswith("\n") else text + newline


def _named(site: Site, names: Sequence[Node], new: str) -> list[tuple[Span, str]]:
    """What gives the Service the name `new`: a condition that only chose the old one goes."""
    together = owned_together(site, names) if len(names) > 1 else None
    if together is None:
        return [(name.value, new) for name in names]
    newline = "\r\n" if "\r\n" in site.source.text else "\n"
    return [(together, f"{' ' * names[0].indent}name: {new}{newline}")]


def _canary(site: Site, names: Sequence[Node], canary: str, node_ports: bool) -> str:
    dropped: list[Span] = []
    for path, node in walk(site.document.nodes):
        if (
            (path[0] == "spec" and len(path) == 2 and path[1] in ONLY_STABLE)
            or (path[:2] == ("spec", "ports") and path[-1] == "nodePort")
            or (path[:2] == ("metadata", "annotations") and node.key.startswith(_EXTERNAL_DNS))
        ):
            dropped.append(_removable(site, node))
    replaced = [*_named(site, names, canary), *_untrimmed(site, dropped), *_shortened(site)]
    replaced += _printed_ports(site) if node_ports else ()
    return without_blanks(without(site.source, site.document.span, dropped, replaced))


def _printed_ports(site: Site) -> Iterator[tuple[Span, str]]:
    """Ports that an action prints whole: printed one by one, without `nodePort`."""
    for ports in site.find("spec", "ports"):
        inside = ports.children
        if len(inside) != 1 or inside[0].key != SPLICE:
            continue
        code = _INDENTED.sub("", inside[0].value.of(site.source.text).strip("{}").strip("- ").strip())
        pad = " " * inside[0].indent
        yield (
            Span(ports.value.end, ports.end),
            (
                f"\n{pad}{{{{- range ({code} | fromYamlArray) }}}}\n"
                f'{pad}- {{{{- omit . "nodePort" | toYaml | nindent {inside[0].indent + 2} }}}}\n{pad}{{{{- end }}}}\n'
            ),
        )


def _shortened(site: Site) -> Iterator[tuple[Span, str]]:
    """The flow mappings among the ports and annotations that hold what only the stable Service can have, without it."""
    text = site.source.text
    for path, gone in ((("spec", "ports", "-"), "nodePort"), (("metadata", "annotations"), _EXTERNAL_DNS)):
        for node in find_deep(site.document.nodes, path, text):
            kept = [child.span.of(text) for child in node.children if not child.key.startswith(gone)]
            if in_flow(node, text) and len(kept) < len(node.children):
                yield node.value, f"{{{', '.join(kept)}}}"


def _untrimmed(site: Site, dropped: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """The ends of actions that eat the newline before a span that is dropped: what follows must keep its own line."""
    text = site.source.text
    for action in site.source.template.actions_in(site.document.span):
        end = action.span.end
        if action.trim_right and any(end <= span.start and not text[end : span.start].strip() for span in dropped):
            yield Span(end - len(" -}}"), end), " }}"


def _removable(site: Site, node: Node) -> Span:
    """The lines of a key; with an `else` beside it that also holds only such keys, the whole condition."""
    span = owned(site, node)
    blocks = inner_blocks(site, node.key_span.start)
    if blocks and span == node.span:
        block = blocks[-1][0]
        inside = [
            n
            for _, n in walk(site.document.nodes)
            if block.span.covers(n.key_span) and n.key_span.start > block.span.start
        ]
        leaves = [n for n in inside if n.key not in ("-", "{{}}")]
        if (
            leaves
            and all(_only_stable(leaf) for leaf in leaves)
            and not any(n.key == "{{}}" and not any(leaf.span.covers(n.span) for leaf in leaves) for n in inside)
        ):
            text = site.source.text
            start = text.rfind("\n", 0, block.span.start) + 1
            stop = text.find("\n", block.span.end) + 1 or len(text)
            return Span(start, stop)
    return span


def _only_stable(node: Node) -> bool:
    return node.key in ONLY_STABLE
