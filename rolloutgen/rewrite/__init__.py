"""The source side of a conversion: which edits make a chart's templates render what `transform` says.

The modules beside this file know one kind of source each and nothing of each other; this one says what is rewritten and
joins what belongs together (a Rollout and the names of its Services).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..options import Options
from ..source.dictcalls import told_text
from ..source.draft import Item, NewFile, Rename, Split
from ..source.expression import expression, free_variables, printed
from ..source.refuse import refuse
from ..source.scope import Scope, lift, root_symbol, site_scope, sole_call
from ..source.sources import Site
from ..survey.concerned import node_ports, null_labels, other_names, own_aliases, places, said_before
from ..survey.context import Context
from ..survey.filenames import file_name
from ..survey.guards import implied, present_when, rendered_when, routed_when, shown_when
from ..survey.mentions import same
from ..survey.metadata import metadata_text
from ..survey.overlay import overlaid
from ..survey.routing import governs, points_at
from ..survey.survey import Survey, Workload
from ..survey.terms import Route, chart_prefix, terms_of, workload_prefix
from ..survey.trafficport import traffic_port
from ..survey.unseen import unseen_sites
from . import (
    analysis,
    autoscaler,
    basepath,
    chartyaml,
    configreferences,
    configversion,
    destinationrule,
    environments,
    gatewayset,
    notes,
    nulls,
    ownbody,
    publichosts,
    references,
    rename,
    replicas,
    service,
    split,
    strategy,
    subscriptions,
    values,
    virtualservice,
    workload,
)


def rewrite(survey: Survey, options: Options, aliases: Mapping[str, Sequence[str]]) -> Iterator[Item]:
    """Everything that the conversion changes in the chart's files. Raises ChartRefused.

    `aliases` are the expressions, by workload key, that mean the traffic Service's name.
    """
    chart = survey.sources.chart
    survey = replace(survey, aliases=own_aliases(survey, aliases))
    taken = set(chart.files)
    items = [found for item in survey.workloads for found in _workload(item, survey, options, taken)]
    renames = {item.to: item.path for item in items if isinstance(item, Rename)}
    parted = split.rewrite(survey.sources, _touched(survey), options.house.files, renames)
    items += parted
    if survey.decisions.configs:
        items = list(_configs(survey, items, {item.path for item in parted if isinstance(item, Split)}))
    for item in survey.workloads:
        name = f"{workload_prefix(item, survey)}.rolloutBody"
        items = list(ownbody.rewrite(item.sites[0], survey.sources, items, name))
    yield from items
    yield from basepath.rewrite(survey.sources, items)
    derived = any(item.virtual_services and item.decision.strategy == "canary" for item in survey.workloads)
    foreign = {
        item.decision.key
        for item in survey.workloads
        if item.virtual_services and not publichosts.own_gateways(survey, item.virtual_services)
    }
    yield from values.rewrite(survey, options, preview_off=not options.house.serves, derived=derived, foreign=foreign)
    yield from (item for item, _, _ in environment_blocks(survey, options))
    yield from chartyaml.rewrite(chart, options.bump)


def environment_blocks(survey: Survey, options: Options) -> Iterator[tuple[Item, str, Mapping[str, Any]]]:
    """The file of each environment that differs, with the environment's name and the block in it."""
    derived = any(item.virtual_services and item.decision.strategy == "canary" for item in survey.workloads)
    addressed = [item for item in survey.workloads if values.has_hosts(item)]
    yield from environments.rewrite(survey, options.house, addressed, derived=derived)


def _file(context: Context, what: str) -> str:
    return file_name(what, context.options.house.files)


def _configs(survey: Survey, others: Sequence[Item], parted: Collection[str]) -> Iterator[Item]:
    """`others`, and ConfigMaps and Secrets by version with everything that names them. Files of `parted` are split."""
    sources, prefix = survey.sources, chart_prefix(survey.sources)
    sites = [sources.sites[site] for site in survey.decisions.configs]
    configs, items = configversion.rewrite(sites, sources, survey.renders, prefix, parted, others)
    yield from items
    define = configversion.general(configs, f"{prefix}.versionedName")
    called = False

    def wrap(kind: str, text: str, root: str, sure: bool) -> str | None:
        nonlocal called
        code = expression(text) or ""
        mine = [c for c in configs if sure and c.kind == kind and same(code, c.code)]
        new = configversion.wrapped(mine[0] if mine else None, kind, text, root, define.name)
        called = called or (new is not None and define.name in new)
        return new

    named = [(config.kind, config.code) for config in configs]
    yield from configreferences.rewrite(named, survey.decisions.configs, sources, survey.renders, wrap)
    if called:
        yield define


def _touched(survey: Survey) -> list[Site]:
    return [
        site
        for item in survey.workloads
        for site in (*item.sites, *item.services, *item.virtual_services, *item.autoscalers)
    ]


def _workload(item: Workload, survey: Survey, options: Options, taken: set[str]) -> Iterator[Item]:
    prefix = workload_prefix(item, survey)
    present, defines = present_when(item, prefix, workload.guard(item.sites[0]), survey.sources)
    yield from defines
    terms, defines = terms_of(item, survey, present)
    served, further = _served(Context(survey, item, terms, options))
    if served:
        yield from further
        terms, defines = terms_of(item, survey, f"and ({present}) ({served})" if present else served)
    yield from defines
    if survey.decisions.several:
        terms, defines = overlaid(terms, survey.decisions.values_key, item.decision.key)
        yield from defines
    context = Context(survey, item, terms, options, present if item.service_alone and not terms.local else "")
    scope = site_scope(context.site)
    root = _root(context.site, context, "Deployment")
    yield from _autoscalers(context, root)
    yield from workload.rewrite(context.site)
    # Before what is put in at the end of such a key: its condition ends there.
    yield from nulls.rewrite(context.site, context.bodies(), scaled=bool(item.autoscalers))
    yield from workload.selector(context.site, item.decision.selector)
    yield from _strategy(context, root)
    if item.decision.notified:
        yield from subscriptions.rewrite(context.site, terms, root, chart_prefix(survey.sources), context.bodies())
    if context.split:
        yield from _services(replace(context, terms=terms.beside or terms), taken)
    for place in context.site.heads or (context.site,):
        yield from rename.rewrite(place, taken, "deployment", _file(context, "rollout"))
    if not terms.local and not scope.ranged and not free_variables(terms.name):
        first, last = (item is survey.workloads[end] for end in (0, -1))
        yield from notes.rewrite(
            survey.sources.chart,
            terms,
            shown_when(context.site),
            judged=bool(item.decision.analysis),
            first=first,
            configs=last and bool(survey.decisions.configs),
        )


def _served(context: Context) -> tuple[str, Sequence[Item]]:
    """The expression under which the Service is rendered, where others name it also in renders without it; else ""."""
    item = context.item
    if item.service_always or item.virtual_services or not context.weighed or context.keep:
        return "", ()
    if next(_references(context), None) is None:
        return "", ()
    return routed_when(item, context.terms, context.sources)


def _root(site: Site, context: Context, what: str) -> str:
    root = root_symbol(site_scope(site), context.sources)
    if root is None:
        raise _rootless(site, what)
    return root


def _rootless(site: Site, what: str) -> Exception:
    return refuse(
        "define-without-root",
        site.source,
        site.document.span.start,
        f"the define that holds the {what} is not called with the root context",
        "Call it with `.` or `$`, or hand the root over in its dict or list, so that it can read values.",
    )


def _autoscalers(context: Context, root: str) -> Iterator[Item]:
    scalers = sorted(context.item.autoscalers, key=lambda site: (site.source.path, site.index))
    if scalers:
        omit = context.options.replicas == "omit"
        yield from replicas.rewrite(
            context.site,
            scalers,
            context.terms,
            context.sources,
            root=root,
            omit=omit,
            guard=workload.guard(context.site),
        )
    for target in (*scalers, *context.item.vertical):
        guard, defines = _rendered(context, target)
        guard = context.terms.at(guard, _root(target, context, "autoscaler")) if guard else ""
        items = list(autoscaler.rewrite(target, guard))
        if any(guard in item.edit.new for item in items):
            yield from defines
        yield from items


def _rendered(context: Context, other: Site) -> tuple[str, Sequence[Item]]:
    """The expression (root as `.`) under which the workload is rendered, where what stands at `other` may be rendered
    without it: in some value set it is, or its own conditions do not ask for the kind; "" elsewhere."""
    kind = workload.guard(context.site)
    asked = [opener for block, _ in site_scope(other).blocks for opener in block.openers[:1]]
    if not context.alone(other) and (not kind or any(kind in action.span.of(other.source.text) for action in asked)):
        return "", ()
    return rendered_when(context.item, workload_prefix(context.item, context.survey), kind, context.sources)


def _strategy(context: Context, root: str) -> Iterator[Item]:
    terms, item = context.terms, context.item
    condition = ""
    if context.weighed:
        condition, defines = routed_when(item, terms, context.sources)
        yield from defines
        condition = "" if implied(condition, context.site) else terms.at(condition, root)
    routes = [Route(printed(terms.at(terms.name, root)), ("primary",))]
    if context.weighed and item.virtual_services:
        routes, defines = virtualservice.own_routes(context, root)
        yield from defines
    mode, run = item.decision.analysis, None
    if mode:
        run = analysis.run(chart_prefix(context.sources), mode)
        yield run
    yield from strategy.rewrite(
        context.site,
        terms,
        context.sources,
        root=root,
        strategy=item.decision.strategy,
        routed=context.weighed,
        condition=condition,
        routes=routes,
        analysis=mode,
        analysis_define=run.name if run else "",
        namespace=analysis.namespace(context.site, terms, root),
        guard=workload.guard(context.site),
        force=context.options.force,
    )


def _services(context: Context, taken: set[str]) -> Iterator[Item]:
    site = context.item.services[0]
    root = _root(site, context, "Service")
    further = ""
    if context.item.decision.router == "istio":
        given = sole_call(site_scope(site), context.sources)
        sets, items = _sets(context, site, root if given is None else ".", given)
        yield from items
        texts = [*gatewayset.texts(sets), *_judged(sets, context)]
        files = None if context.terms.local else _files(texts, site_scope(site), context)
        if files is None and given is not None:
            raise _rootless(site, "Service")
        if files is None:
            further = "".join(text if _separated(text) else f"---\n{text}" for _, text in texts)
        paths: dict[str, str] = {}
        for name, text in (files or {}).items():
            file = _file(context, name)
            path = paths.get(file) or gatewayset.file_beside(
                site.source.path, file, context.item.decision.key, frozenset(taken)
            )
            paths[file] = path
            taken.add(path)
            yield NewFile(path, text, analysis.REASON if name == analysis.FILE else gatewayset.REASON)
    present = context.terms.at(context.present, root) if context.present else ""
    yield from service.rewrite(
        site,
        context.terms,
        root=root,
        keep=context.keep,
        further=further,
        present=present,
        node_ports=node_ports(context, site),
    )
    yield from virtualservice.rewrite(context)
    yield from _destination_rules(context)
    if context.weighed:
        yield from publichosts.rewrite(context)
    if not context.keep:
        yield from _references(context)
    if len(context.sources.in_file(site.source.path)) == 1 and not site.document.define:
        yield from rename.rewrite(site, taken, "service", _file(context, "services"))


def _destination_rules(context: Context) -> Iterator[Item]:
    if not context.weighed:
        return
    for rule in places(context, governs):
        root = _root(rule, context, "DestinationRule")
        condition = ""
        if context.item.virtual_services:
            condition, defines = routed_when(context.item, context.terms, context.sources)
            yield from defines
            condition = "" if implied(condition, rule) else context.terms.at(condition, root)
        canary = context.terms.at(context.terms.canary, root)
        yield from destinationrule.rewrite(rule, context.mention(), canary, condition)


def _sets(
    context: Context, site: Site, root: str, given: Mapping[str, str] | None
) -> tuple[gatewayset.Sets, list[Item]]:
    """What the gateway sets are made from, and the defines that they need. `given` is the dict that the only call of
    the Service's define hands over; without one it is None."""
    port, defines = traffic_port(context.item, site, context.terms, context.survey)
    items: list[Item] = list(defines)
    hosts = ""
    if context.item.virtual_services:
        hosts = f"{context.terms.prefix}.rolloutHosts"
        items += publichosts.hosts_define(context, hosts)
    namespace, labels = metadata_text(site, "namespace"), metadata_text(site, "labels", null_labels(context, site))
    if given is not None:
        texts = [told_text(text, given) for text in (namespace, labels)]
        if None in texts:
            raise _rootless(site, "Service")
        namespace, labels = (text or "" for text in texts)
    own_public = bool(context.item.virtual_services)
    hosted = not context.item.decision.looped
    sets = gatewayset.Sets(context.terms, root, namespace, labels, port, own_public, hosts, context.weighed, hosted)
    return sets, items


def _judged(sets: gatewayset.Sets, context: Context) -> Iterator[tuple[str, str]]:
    """The AnalysisTemplate, which has the labels of the sets."""
    mode = context.item.decision.analysis
    if mode:
        yield analysis.FILE, analysis.template(sets.terms, sets.root, sets.namespace + sets.labels, mode)


def _files(texts: Sequence[tuple[str, str]], scope: Scope, context: Context) -> dict[str, str] | None:
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
    lifted = {name: lift(text, scope, context.sources) for name, text in merged.items()}
    files = {name: text for name, text in lifted.items() if text is not None}
    return files if len(files) == len(lifted) else None


def _under(condition: str, text: str) -> str:
    return f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n"


def _separated(text: str) -> bool:
    return text.lstrip().startswith("{{- $") and "\n---\n" in text[:200]


def _references(context: Context) -> Iterator[Item]:
    name = context.mention()
    if name is None or said_before(context):
        return
    leading = places(context, lambda found, *to: found.ref.kind in references.ROUTES and points_at(found, *to))
    unseen = unseen_sites(context.sources, context.survey.renders, references.ROUTES)
    yield from references.rewrite(name, context.sources, leading, other_names(context, name.codes), unseen)
