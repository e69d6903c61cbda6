"""The edits of one workload: its Deployment, what depends on it, and by way of its Services all else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..options import Options
from ..rewrite import (
    analysis,
    autoscaler,
    notes,
    nulls,
    rename,
    replicas,
    strategy,
    subscriptions,
    workload,
)
from ..source.draft import Item
from ..source.expression import free_variables, printed
from ..source.scope import site_scope
from ..survey.context import Context
from ..survey.guards import implied, present_when, routed_when, served_when, shown_when
from ..survey.overlay import overlaid
from ..survey.rivals import barred
from ..survey.spilled import spilled
from ..survey.survey import Survey, Workload
from ..survey.terms import Route, chart_prefix, terms_of, workload_prefix
from .absence import present, unserved
from .ownroutes import own_routes
from .roots import file_of, root_of
from .services import of_services, referring


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
        terms, defines = terms_of(item, survey, f"and ({there}) ({served})" if there else served)
    yield from defines
    if survey.decisions.several:
        terms, defines = overlaid(terms, survey.decisions.values_key, item.decision.key)
        yield from defines
    beside = terms.present if terms.local else there if item.service_alone else ""
    context = Context(survey, item, terms, options, beside)
    scope = site_scope(context.site)
    root = root_of(context.site, context, "Deployment")
    yield from _autoscalers(context, root)
    yield from workload.rewrite(context.site)
    # Before what is put in at the end of such a key: its condition ends there.
    yield from nulls.rewrite(context.site, context.bodies(), scaled=bool(item.autoscalers))
    yield from workload.selector(context.site, item.decision.selector)
    yield from _strategy(context, root)
    if item.decision.notified:
        yield from subscriptions.rewrite(context.site, terms, root, chart_prefix(survey.sources), context.bodies())
    if context.split:
        yield from of_services(replace(context, terms=terms.beside or terms), taken)
    for place in context.site.heads or (context.site,):
        yield from rename.rewrite(place, taken, "deployment", file_of(context, "rollout"))
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
    if item.service_always or not context.weighed or context.keep:
        return "", ()
    own = item.virtual_services
    if not any(unserved(context, site) for site in own) if own else next(referring(context), None) is None:
        return "", ()
    return served_when(item, context.terms, context.sources)


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
        guard, defines = present(context, target)
        guard = context.terms.at(guard, root_of(target, context, "autoscaler")) if guard else ""
        items = list(autoscaler.rewrite(target, guard))
        if any(guard in item.edit.new for item in items):
            yield from defines
        yield from items


def _strategy(context: Context, root: str) -> Iterator[Item]:
    terms, item = context.terms, context.item
    when = ""
    if context.weighed:
        when, defines = routed_when(item, terms, context.sources)
        yield from defines
    routes = [Route(printed(terms.at(terms.name, root)), ("primary",))]
    if context.weighed and item.virtual_services:
        routes, defines = own_routes(context, root)
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
        condition="" if implied(when, context.site) else terms.at(when, root),
        routes=routes,
        analysis=mode,
        analysis_define=run.name if run else "",
        namespace=analysis.namespace(context.site, terms, root),
        guard=workload.guard(context.site),
        force=context.options.force,
        barred=[terms.at(code, root) for code in barred(context, when)],
        spilled=spilled(context.site, context.bodies(), context.sources),
    )
