"""The edits of one workload: its Deployment, what depends on it, and by way of its Services all else.

Other kinds whose pods the traffic Service selects too, under values that nobody gave: `kind: Both` of a chart.

The controller's hash in the Service's selector would cut them off. Where given values show them the chart is refused;
where only a switch that was tried does, the new chart says so itself and the rest of it is converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rolloutgen.config.options import Options
from rolloutgen.convert.discover.spread_spec import spilled
from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.edits import (
    analysis,
    autoscaler,
    chart_yaml,
    file_layout,
    nulls,
    replicas,
    strategy,
    workload,
)
from rolloutgen.convert.edits.conditions import (
    implied,
    present,
    present_when,
    routed_when,
    served_when,
    shown_when,
    unserved,
)
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.generated import file_of, overlaid, root_of
from rolloutgen.convert.edits.name_expressions import Route, chart_prefix, terms_of, workload_prefix
from rolloutgen.convert.edits.operations import Item
from rolloutgen.convert.edits.plan_services import of_services, own_routes, referring
from rolloutgen.gotemplate.conditions import condition_of
from rolloutgen.gotemplate.expressions import EMPTY, Expr, all_of, parse
from rolloutgen.gotemplate.scope import site_scope
from rolloutgen.gotemplate.sources import Site
from rolloutgen.kube.pods import serves


def of_workload(item: Workload, survey: Survey, options: Options, taken: set[str]) -> Iterator[Item]:
    """Everything that the conversion of one workload changes or adds. `taken` are the paths of the chart's files, to
    which those of new files are added. Raises ChartRefused."""
    prefix = workload_prefix(item, survey)
    there, defines = present_when(item, prefix, workload.guard(item.sites[0]), survey.sources)
    yield from defines
    terms, defines = terms_of(item, survey, there)
    served, further = _served(Context(survey, item, terms, options))
    if served:
        yield from further
        terms, defines = terms_of(item, survey, parse(f"and ({there}) ({served})") if there else served)
    yield from defines
    if survey.decisions.several:
        terms, defines = overlaid(terms, survey.decisions.values_key, item.decision.key)
        yield from defines
    beside = terms.present if terms.local else there if item.service_alone else EMPTY
    context = Context(survey, item, terms, options, beside)
    scope = site_scope(context.site)
    root = root_of(context.site, context, "Deployment")
    yield from _autoscalers(context, root)
    yield from workload.turn_into_rollout(context.site)
    # Before what is put in at the end of such a key: its condition ends there.
    yield from nulls.mend_nulls(context.site, context.bodies(), scaled=bool(item.autoscalers))
    yield from workload.selector(context.site, item.decision.selector)
    yield from _strategy(context, root)
    if item.decision.notified:
        yield from workload.add_subscriptions(context.site, terms, root, chart_prefix(survey.sources), context.bodies())
    if context.split:
        yield from of_services(replace(context, terms=terms.beside or terms), taken)
    for place in context.site.heads or (context.site,):
        yield from file_layout.rename_file(place, taken, "deployment", file_of(context, "rollout"))
    if not terms.local and not scope.ranged and not terms.name.free_variables():
        first, last = (item is survey.workloads[end] for end in (0, -1))
        yield from chart_yaml.write_notes(
            survey.sources.chart,
            terms,
            shown_when(context.site),
            judged=bool(item.decision.analysis),
            first=first,
            configs=last and bool(survey.decisions.configs),
        )


def _served(context: Context) -> tuple[Expr, Sequence[Item]]:
    """The expression under which the Service is rendered, where others name it also in renders without it;
    else empty."""
    item = context.item
    if item.service_always or not context.weighed or context.keep:
        return EMPTY, ()
    own = item.virtual_services
    if not any(unserved(context, site) for site in own) if own else next(referring(context), None) is None:
        return EMPTY, ()
    return served_when(item, context.terms, context.sources)


def _autoscalers(context: Context, root: Expr) -> Iterator[Item]:
    scalers = sorted(context.item.autoscalers, key=lambda site: (site.source.path, site.index))
    if scalers:
        omit = context.options.replicas == "omit"
        yield from replicas.set_replicas(
            context.site,
            scalers,
            context.terms,
            context.sources,
            root=root,
            omit=omit,
            guard=workload.guard(context.site),
        )
    for target in (*scalers, *context.item.vertical):
        guard, defines = present(context, target)
        guard = context.terms.at(guard, root_of(target, context, "autoscaler")) if guard else EMPTY
        items = list(autoscaler.retarget_autoscaler(target, guard))
        if any(str(guard) in item.edit.new for item in items):
            yield from defines
        yield from items


def _strategy(context: Context, root: Expr) -> Iterator[Item]:
    terms, item = context.terms, context.item
    when = EMPTY
    if context.weighed:
        when, defines = routed_when(item, terms, context.sources)
        yield from defines
    routes = [Route(terms.at(terms.name, root).as_text(), ("primary",))]
    if context.weighed and item.virtual_services:
        routes, defines = own_routes(context, root)
        yield from defines
    mode, run = item.decision.analysis, None
    if mode:
        run = analysis.run(chart_prefix(context.sources), mode)
        yield run
    new = strategy.NewStrategy(
        strategy=item.decision.strategy,
        routed=context.weighed,
        condition=EMPTY if implied(when, context.site) else terms.at(when, root),
        routes=routes,
        analysis=mode,
        analysis_define=run.name if run else "",
        namespace=analysis.namespace(context.site, terms, root),
        guard=workload.guard(context.site),
        force=context.options.force,
        barred=[terms.at(code, root) for code in barred(context, when)],
        spilled=spilled(context.site, context.bodies(), context.sources),
    )
    yield from strategy.replace_strategy(context.site, terms, context.sources, root, new)


_KINDS = ("DaemonSet", "StatefulSet")


def barred(context: Context, served: Expr) -> tuple[Expr, ...]:
    """The expressions (root as `.`) under which the Service has a rival; () where that cannot be told. `served` is the
    one under which it is rendered, empty for always."""
    if not context.split or context.terms.local:
        return ()
    found: dict[str, None] = {}
    for render in context.survey.renders:
        namespace = render.value_set.release.namespace
        mine = [m for m in render.objects if m.site == context.site.id and m.ref.kind == "Deployment"]
        services = [m for m in render.objects if m.site in context.item.decision.service_sites]
        for service in (s for s in services if any(serves(s, deployment, namespace) for deployment in mine)):
            others = [m.site for m in render.objects if m.ref.kind in _KINDS and serves(service, m, namespace)]
            if others and not render.value_set.derived:
                return ()
            found.update(dict.fromkeys(others))
    codes = [_condition(context.sources.sites[site]) if site else EMPTY for site in found]
    if not all(codes):
        return ()
    return tuple(all_of([code for code in (condition, served) if code]) for condition in dict.fromkeys(codes))


def _condition(site: Site) -> Expr:
    """The plain condition around a document of one kind, empty for another."""
    blocks = site_scope(site).blocks
    if len(blocks) != 1 or blocks[0][1] or not set(site.kinds()) <= set(_KINDS):
        return EMPTY
    code = condition_of(blocks[0][0].openers, 0, site.source.text)
    return code if code and not code.free_variables() else EMPTY
