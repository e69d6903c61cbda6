"""The edits of a workload's Services and of what routes to them: gateway sets, VirtualServices, DestinationRules.

What the gateway sets of a workload are made from, and where their texts stand.

The chart's own VirtualServices as the Rollout names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rolloutgen.convert.edits import (
    analysis,
    file_layout,
    gateway_set,
    public_hosts,
    references,
    service,
    virtual_service,
)
from rolloutgen.convert.edits.conditions import route_conditions, routed_when, weighed
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.generated import file_of, metadata_text, namespace_text, root_of, rootless, traffic_port
from rolloutgen.convert.edits.http_routes import code_beside, not_found, routed_beside, routes
from rolloutgen.convert.edits.name_expressions import Route, closed_code, name_anywhere
from rolloutgen.convert.edits.operations import Define, Item, NewFile
from rolloutgen.convert.edits.referrers import node_ports, null_labels, other_names, places, referrers, said_before
from rolloutgen.convert.edits.service_name_usages import beside
from rolloutgen.convert.edits.virtual_service import named_routes, said_at
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.expressions import DOT, EMPTY, Expr, all_of, parse
from rolloutgen.gotemplate.scope import Scope, lift, site_scope, sole_call
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression, text_with_fields
from rolloutgen.kube.references import names
from rolloutgen.kube.release import DESTINATION_RULE
from rolloutgen.model import Manifest


def of_services(context: Context, taken: set[str]) -> Iterator[Item]:
    """The stable and the canary Service in the place of the one, and all that routes to them. `taken` are the paths of
    the chart's files, to which those of new files are added. Raises ChartRefused."""
    site = context.item.services[0]
    root = root_of(site, context, "Service")
    further = ""
    if context.item.decision.router == "istio":
        given = sole_call(site_scope(site), context.sources)
        sets, items = sets_of(context, site, root if given is None else DOT, given)
        yield from items
        texts = [*gateway_set.texts(sets), *judged_text(sets, context)]
        files = None if context.terms.local else as_files(texts, site_scope(site), context)
        if files is None and given is not None:
            raise rootless(site, "Service")
        if files is None:
            further = "".join(text if is_separated(text) else f"---\n{text}" for _, text in texts)
        paths: dict[str, str] = {}
        for name, text in (files or {}).items():
            file = file_of(context, name)
            path = paths.get(file) or gateway_set.file_beside(
                site.source.path, file, context.item.decision.key, frozenset(taken)
            )
            paths[file] = path
            taken.add(path)
            yield NewFile(path, text, analysis.REASON if name == analysis.FILE else gateway_set.REASON)
    present = context.terms.at(context.present, root) if context.present else EMPTY
    yield from service.split_service(
        site,
        context.terms,
        root=root,
        keep=context.keep,
        further=further,
        present=present,
        node_ports=node_ports(context, site),
    )
    when: dict[str, tuple[Expr, ...]] = {}
    for own in context.item.virtual_services if context.weighed else ():
        when[own.id], defines = weighed(context, own)
        yield from defines
    yield from virtual_service.weight_virtual_service(context, when)
    yield from _destination_rules(context)
    if context.weighed and not context.item.decision.looped:
        yield from public_hosts.edit_public_hosts(context)
    if not context.keep:
        yield from referring(context)
    if len(context.sources.in_file(site.source.path)) == 1 and not site.document.define:
        yield from file_layout.rename_file(site, taken, "service", file_of(context, "services"))


def _destination_rules(context: Context) -> Iterator[Item]:
    if not context.weighed:
        return
    for rule in places(context, _governs):
        root = root_of(rule, context, "DestinationRule")
        codes, defines = weighed(context, rule)
        yield from defines
        condition = all_of([context.terms.at(code, root) for code in codes])
        canary, stable = (context.terms.at(code, root) for code in (context.terms.canary, context.terms.stable))
        name = context.mention()
        said = name and beside(name, rule.source)
        yield from service.add_destination_rule_twin(rule, said, canary, condition, EMPTY if context.keep else stable)


def _governs(rule: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether a DestinationRule is about a Service."""
    return (rule.ref.group, rule.ref.kind) == DESTINATION_RULE and names(rule, service.ref, namespace)


def referring(context: Context) -> Iterator[Item]:
    """The edits of what names the old Service."""
    name = context.mention()
    if name is None or said_before(context):
        return
    others = other_names(context, name.codes)
    yield from references.rename_references(name, context.sources, tuple(referrers(context)), others)


def sets_of(
    context: Context, site: Site, root: Expr, given: Mapping[str, Expr] | None
) -> tuple[gateway_set.Sets, list[Item]]:
    """What the gateway sets are made from, and the defines that they need. `given` is the dict that the only call of
    the Service's define hands over; without one it is None."""
    port, defines = traffic_port(context.item, site, context.terms, context.survey)
    items: list[Item] = list(defines)
    hosts = ""
    hosted = not context.item.decision.looped
    if context.item.virtual_services and hosted:
        hosts = f"{context.terms.prefix}.rolloutHosts"
        items += public_hosts.hosts_define(context, hosts)
    namespace = namespace_text(site, context.survey.renders)
    labels = metadata_text(site, "labels", null_labels(context, site))
    if given is not None:
        texts = [text_with_fields(text, given) for text in (namespace, labels)]
        if None in texts:
            raise rootless(site, "Service")
        namespace, labels = (text or "" for text in texts)
    own_public = bool(context.item.virtual_services)
    sets = gateway_set.Sets(context.terms, root, namespace, labels, port, own_public, hosts, context.weighed, hosted)
    return sets, items


def judged_text(sets: gateway_set.Sets, context: Context) -> Iterator[tuple[str, str]]:
    """The AnalysisTemplate, which has the labels of the sets."""
    mode = context.item.decision.analysis
    if mode:
        yield analysis.FILE, analysis.template(sets.terms, sets.root, sets.namespace + sets.labels, mode)


def as_files(texts: Sequence[tuple[str, str]], scope: Scope, context: Context) -> dict[str, str] | None:
    """The texts as whole files under the Service's conditions; None where they can only stand beside the Service."""
    if any(block.keyword == "with" for block, _ in scope.blocks):
        return None
    told = sole_call(scope, context.sources) is not None
    scope = replace(scope, define="") if told else scope
    merged: dict[str, str] = {}
    for name, text in texts:
        merged[name] = merged.get(name, "") + text
    if context.present:
        merged = {name: _under(context.present, text) for name, text in merged.items()}
    if context.weighed and context.item.virtual_services:
        # The chart's own VirtualServices may be left out: then there is nothing to preview beside them.
        condition, _ = routed_when(context.item, context.terms, context.sources)
        merged = {name: _under(condition, text) for name, text in merged.items()} if condition else merged
        scope = replace(scope, blocks=())
    lifted = {name: lift(text, scope, context.sources, file=True) for name, text in merged.items()}
    files = {name: text for name, text in lifted.items() if text is not None}
    return files if len(files) == len(lifted) else None


def _under(condition: Expr, text: str) -> str:
    return f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n"


def is_separated(text: str) -> bool:
    """Whether the text of a set begins its own document, behind variables of its own."""
    return text.lstrip().startswith("{{- $") and "\n---\n" in text[:200]


def own_routes(context: Context, root: Expr) -> tuple[list[Route], tuple[Define, ...]]:
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
        condition = context.terms.at(conditions[number], root) if conditions[number] else EMPTY
        found.append(Route(context.terms.at(code, root).as_text(), tuple(names), condition))
    return found, tuple(defines)


def _name(context: Context, site: Site, number: int) -> tuple[Expr | None, tuple[Define, ...]]:
    """The expression of a VirtualService's name, and the define that it may need."""
    if context.terms.local:
        return code_beside(context, site), ()
    define = f"{context.terms.prefix}.virtualService{number or ''}"
    return name_anywhere(site, context.sources, define, "Name of a VirtualService.")


def _unjudged(site: Site) -> Exception:
    why = "an analysis of each workload stands beside its Service, and these would have one without being routed"
    hint = "Print the VirtualService for each Service, or leave the analysis out."
    return ChartRefused.in_source("condition-in-loop", site.source, site.document.span.start, why, hint)


def _nameless(site: Site, why: str) -> Exception:
    hint = "Write it at the top of its template, with the name and the Service's name made of the root alone."
    return ChartRefused.in_source(
        "route-not-found", site.source, site.document.span.start, f"the Rollout cannot name it: {why}", hint
    )


def _with_namespace(context: Context, site: Site, code: Expr) -> Expr:
    """The name as the Rollout writes it: the controller reads `name.namespace` for a VirtualService elsewhere, and for
    each whose name has a dot."""
    needed: set[tuple[bool, bool]] = set()
    for render in context.survey.renders:
        release = render.value_set.release.namespace
        homes = {m.ref.home(release) for m in render.objects if m.site == context.site.id}
        if not homes:
            continue  # without the workload nothing names it
        for found in (m for m in render.objects if m.site == site.id):
            needed.add(("." in found.ref.name, found.ref.home(release) not in homes))
    if not any(map(any, needed)):
        return code
    there, here = (_namespace(place, context) for place in (site, context.site))
    name = code.as_argument()
    whole = parse(f'printf "%s.%s" {name} {there.as_argument()}')
    if all(map(any, needed)):
        return whole
    dotted, elsewhere = f'contains "." {name}', f"ne {there.as_argument()} {here.as_argument()}"
    if not any(dots for dots, _ in needed):
        return parse(f"ternary ({whole}) {name} ({elsewhere})")
    return parse(f"ternary ({whole}) {name} (or ({dotted}) ({elsewhere}))")


def _namespace(site: Site, context: Context) -> Expr:
    """The expression of an object's namespace at any file's root. Raises ChartRefused where it is not one value."""
    nodes = find_deep(site.document.nodes, ("metadata", "namespace"), site.source.text)
    codes = {expression(node.value.of(site.source.text)) for node in nodes} or {parse(".Release.Namespace")}
    code = codes.pop()
    closed = closed_code(code, site_scope(site), context.sources) if code and not codes else None
    if closed is None:
        raise not_found(site, nodes[0], "its namespace is not written as one value", "Write `namespace:` in one line.")
    rendered = (m for render in context.survey.renders for m in render.objects if m.site == site.id)
    if nodes and any(not manifest.ref.namespace for manifest in rendered):
        return parse(f"{closed} | default .Release.Namespace")  # values may leave it empty
    return closed
