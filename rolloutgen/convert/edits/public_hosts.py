"""Hosts of the chart's own VirtualServices and Gateways: values may give others, preview hosts derive from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.edits.conditions import route_conditions
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.generated import overlaid, resource
from rolloutgen.convert.edits.name_expressions import workload_prefix
from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.gotemplate.expressions import DOT, Expr, parse
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.regions import reindent
from rolloutgen.gotemplate.scope import lift, root_symbol, scope_at, site_scope
from rolloutgen.gotemplate.sources import Site
from rolloutgen.kube.tree import as_list, dig
from rolloutgen.text_edits import Edit, Span, newline_of

REASON = "public-hosts"


def edit_public_hosts(context: Context) -> Iterator[Item]:
    """The edits of the chart's own VirtualServices and Gateways: `rollout.hosts.public` may name other hosts."""
    services = context.item.virtual_services
    bound = [site for site in services if own_gateways(context.survey, [site])]
    places: list[tuple[Site, tuple[str, ...]]] = [(site, ("spec", "hosts")) for site in bound]
    places += [(site, ("spec", "servers", "-", "hosts")) for site in own_gateways(context.survey, services)]
    for site, path in places:
        blocks = _blocks(context, site)
        for node in site.find(*path):
            root = root_symbol(scope_at(site.source, node.start), context.sources) or DOT
            given = [f"(({context.terms.at(block, root)}).hosts).public" for block in blocks]
            whole = " ".join(f"({code})" for code in given)
            yield from _given_hosts(site, node, f"coalesce {whole}" if len(given) > 1 else given[0])


def _blocks(context: Context, site: Site) -> list[Expr]:
    """The expressions of the values of all workloads that share a VirtualService or its Gateway, the last first: that
    of its own for a site of one workload alone. Each of these workloads yields the same edit of the site."""
    survey, key = context.survey, context.survey.decisions.values_key
    blocks: list[Expr] = []
    for item in survey.workloads:
        decision = item.decision
        if item is context.item:
            blocks.append(context.terms.block)
        elif decision.strategy == "canary" and decision.router == "istio" and _reaches(item, site, survey):
            named = replace(context.terms, prefix=workload_prefix(item, survey))
            blocks.append(overlaid(named, key, decision.key)[0].block)
    return blocks[::-1]


def _reaches(item: Workload, site: Site, survey: Survey) -> bool:
    """Whether `site` is one of a workload's VirtualServices or of the Gateways to which they bind."""
    own = item.virtual_services
    return any(found.id == site.id for found in (*own, *own_gateways(survey, own)))


def hosts_define(context: Context, name: str) -> Iterator[Item]:
    """The define that knows the hosts of an audience: what values list, else derived from the VirtualService's own."""
    terms = context.terms
    own = _public_hosts(context)
    if own:
        yield Define(
            f"{terms.prefix}.publicHosts", own, "The hosts of the public, as the chart's own VirtualService has them."
        )
    block = terms.block.reroot(parse("$root"))
    text = resource("hosts.tpl", block=block, derived=f"{terms.prefix}.publicHosts" if own else "")
    yield Define(
        name,
        text.rstrip("\n"),
        "The hosts of an audience, called with (list $ audience): values, else derived from the public hosts.",
    )


def _public_hosts(context: Context) -> str:
    """The body of a define that prints the hosts of the first of the workload's VirtualServices that a render has; ""
    where none has public hosts that can be told."""
    if not context.weighed:
        return ""
    conditions, _ = route_conditions(context.item, context.terms, context.sources)
    branches: list[tuple[Expr, str]] = []
    for site, condition in zip(context.item.virtual_services, conditions, strict=True):
        branches.append((condition, _lifted_hosts(context, site)))
        if not condition:
            break
    while branches and not branches[-1][1]:
        branches.pop()
    if len(branches) < 2 and not any(condition for condition, _ in branches):
        return branches[0][1] if branches else ""
    lines: list[str] = []
    for number, (condition, text) in enumerate(branches):
        word = "else if" if number else "if"
        lines += [f"{{{{- {word} {condition} }}}}" if condition else "{{- else }}", *([text] if text else ())]
    return "\n".join([*lines, "{{- end }}"])


def _lifted_hosts(context: Context, site: Site) -> str:
    """A VirtualService's hosts as text for a define; "" where it only serves the mesh, or they are not written out."""
    own = _own_hosts(site)
    binds = any(
        gateway != "mesh"
        for render in context.survey.renders
        for manifest in render.objects
        if manifest.site == site.id
        for gateway in as_list(dig(manifest.body, "spec", "gateways"))
    )
    scope = replace(site_scope(site), blocks=())
    lifted = lift(own + "\n", scope, context.sources) if own and binds else None
    return (lifted or "").rstrip("\n")


def own_gateways(survey: Survey, sites: Sequence[Site]) -> list[Site]:
    """The sites of the release's own Gateways to which VirtualServices of `sites` bind in some render."""
    wanted = {site.id for site in sites}
    found: dict[str, None] = {}
    for render in survey.renders:
        here = render.value_set.release.namespace
        bound: set[tuple[str, str]] = set()
        for manifest in (m for m in render.objects if m.site in wanted):
            for gateway in as_list(dig(manifest.body, "spec", "gateways")):
                namespace, _, name = str(gateway).rpartition("/")
                bound.add((manifest.ref.home(here) if namespace in ("", ".") else namespace, name))
        for gateway in (m for m in render.objects if m.ref.kind == "Gateway" and m.site):
            if (gateway.ref.home(here), gateway.ref.name) in bound:
                found[gateway.site] = None
    return [survey.sources.sites[site] for site in found if site in survey.sources.sites]


def _given_hosts(site: Site, node: Node, given: str) -> Iterator[Item]:
    """Edits that let values replace the hosts of the key `node`: `given` is the expression of their list."""
    text, file = site.source.text, site.source.path
    newline = newline_of(text)
    inline = node.value.of(text).strip()
    stop = text.find("\n", node.key_span.end) + 1 or len(text)
    if inline or not node.children or site.source.template.cuts(Span(stop, node.end)):
        if inline.startswith("[") and not site.source.template.cuts(node.span):
            flow = f"{{{{ with {given} }}}}{{{{ toJson . }}}}{{{{ else }}}}{inline}{{{{ end }}}}"
            yield EditFile(file, Edit(node.value, flow, REASON))
        return
    column = node.children[0].indent
    pad = " " * column
    lines = (f"{{{{- with {given} }}}}", f"{{{{- toYaml . | nindent {column} }}}}", "{{- else }}")
    head = "".join(f"{pad}{line}{newline}" for line in lines)
    yield EditFile(file, Edit(Span(stop, stop), head, REASON))
    glue = "" if text[: node.end].endswith("\n") else newline
    yield EditFile(file, Edit(Span(node.end, node.end), f"{glue}{pad}{{{{- end }}}}{newline}", REASON))


def _own_hosts(site: Site) -> str | None:
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
