"""The traffic Service becomes two: the stable one keeps the text, the canary is a copy without what one alone has.

A DestinationRule on the traffic Service gets a twin, so that the canary keeps the traffic policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rolloutgen.convert.edits.generated import documents_behind
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import EditFile, Item
from rolloutgen.convert.edits.service_name_usages import Name, renamed
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.blockify import find_deep, in_flow
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.expressions import EMPTY, Expr
from rolloutgen.gotemplate.object_names import name_of
from rolloutgen.gotemplate.outline import SPLICE, Node, walk
from rolloutgen.gotemplate.regions import owned, owned_together, without, without_blanks
from rolloutgen.gotemplate.scope import inner_blocks
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import unindented
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "service"
_EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/"

# What only one Service can have, or what only another type than ClusterIP allows.
ONLY_STABLE = frozenset({
    "type", "nodePort", "clusterIP", "clusterIPs", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges",
    "externalIPs", "externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts",
})  # fmt: skip


def split_service(
    site: Site,
    terms: Terms,
    *,
    root: Expr,
    keep: bool,
    further: str = "",
    present: Expr = EMPTY,
    node_ports: bool = False,
) -> Iterator[Item]:
    """The edits of a Service's template.

    `root` names the root context there. `further` is more text (documents, each with its separator before it) for the
    same place: what belongs to a Service in a loop. `present` is the condition of all that is added, empty for none.
    With `node_ports` some render has a nodePort.
    """
    names = find_deep(site.document.nodes, ("metadata", "name"), site.source.text)
    if not names or (len(names) > 1 and name_of(site) is None):
        raise ChartRefused.in_source(
            "service-name-not-found",
            site.source,
            site.document.span.start,
            "the name of the traffic Service is neither one value of its template nor one of each branch",
            "Write `name:` under `metadata:` in one line.",
        )
    stable, canary = (terms.at(code, root).as_text() for code in (terms.stable, terms.canary))
    whole = site.document.span
    if site.source.template.cuts(whole):
        raise ChartRefused.in_source(
            "service-cut",
            site.source,
            whole.start,
            "a condition begins inside the Service and ends behind it",
            "Put the condition around the whole document.",
        )
    if site.listed and further:
        raise ChartRefused.in_source(
            "service-not-in-source",
            site.source,
            whole.start,
            "the traffic Service is an item of a `kind: List` in a loop, where no documents can stand beside it",
            "Write the Service as a document of its own.",
        )
    if not keep:
        if terms.local and present:
            old = names[0].value.of(site.source.text).strip() if len(names) == 1 else (name_of(site) or EMPTY).as_text()
            stable = f"{{{{ if {present} }}}}{stable}{{{{ else }}}}{old}{{{{ end }}}}"
        for span, new in _named(site, names, stable):
            yield EditFile(site.source.path, Edit(span, new, REASON))
    newline = newline_of(site.source.text)
    extra = further.replace("\r\n", "\n").replace("\n", newline)
    yield from documents_behind(
        site, f"{_ended(_canary(site, names, canary, node_ports), newline)}{extra}", REASON, present
    )


def _ended(text: str, newline: str) -> str:
    return text if text.endswith("\n") else text + newline


def _named(site: Site, names: Sequence[Node], new: str) -> list[tuple[Span, str]]:
    """What gives the Service the name `new`: a condition that only chose the old one goes."""
    together = owned_together(site, names) if len(names) > 1 else None
    if together is None:
        return [(name.value, new) for name in names]
    newline = newline_of(site.source.text)
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
        action = site.source.template.sole_action(inside[0].value)
        if action is None:
            continue
        code = unindented(read_clause(action.inner.of(site.source.text)).expr)
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
        leaves = [n for n in inside if n.key not in ("-", SPLICE)]
        if (
            leaves
            and all(_only_stable(leaf) for leaf in leaves)
            and not any(n.key == SPLICE and not any(leaf.span.covers(n.span) for leaf in leaves) for n in inside)
        ):
            text = site.source.text
            start = text.rfind("\n", 0, block.span.start) + 1
            stop = text.find("\n", block.span.end) + 1 or len(text)
            return Span(start, stop)
    return span


def _only_stable(node: Node) -> bool:
    return node.key in ONLY_STABLE


DESTINATION_RULE_REASON = "destination-rule"


def add_destination_rule_twin(
    site: Site, name: Name | None, canary: Expr, condition: Expr = EMPTY, stable: Expr = EMPTY
) -> Iterator[Item]:
    """The twin of one DestinationRule. `name` is the traffic Service as templates write it, `canary` the expression of
    the canary's name at this place, `condition` the expression under which traffic is weighed, empty for always.
    `stable` is the stable Service's name, empty where that stays; a longer address is followed like all others.

    Raises ChartRefused where the rule's host or name is not written as one value in its template.
    """
    hosts, names = site.find("spec", "host"), site.find("metadata", "name")
    texts = [node.value.of(site.source.text).strip() for node in (*hosts, *names)]
    host = renamed(texts[0], name, canary) if name and len(hosts) == len(names) == 1 else None
    if host is None or site.source.template.cuts(site.document.span):
        raise ChartRefused.in_source(
            "destination-rule-not-readable",
            site.source,
            site.document.span.start,
            "a DestinationRule of the traffic Service has to be repeated for the canary, and its text cannot be",
            "Write `host:` with the Service's name expression, and put conditions around the whole document.",
        )
    new = renamed(texts[0], name, stable) if name and stable else None
    if new and new.strip("\"'") == stable.as_text():
        yield EditFile(site.source.path, Edit(hosts[0].value, new, DESTINATION_RULE_REASON))
    copy = without(site.source, site.document.span, (), [(hosts[0].value, host), (names[0].value, _suffixed(texts))])
    yield from documents_behind(site, copy, DESTINATION_RULE_REASON, condition)


def _suffixed(texts: Sequence[str]) -> str:
    """The rule's name with `-canary`."""
    old = texts[1]
    quote = old[0] if old[:1] in ("'", '"') and old[-1:] == old[:1] and len(old) > 1 else ""
    return f"{old[: len(old) - len(quote)]}-canary{quote}"
