"""The edits of a workload's Services and of what routes to them: gateway sets, VirtualServices, DestinationRules."""

from __future__ import annotations

from collections.abc import Iterator

from ..rewrite import analysis, destinationrule, gatewayset, publichosts, references, rename, service, virtualservice
from ..source.draft import Item, NewFile
from ..source.expression import all_of
from ..source.scope import site_scope, sole_call
from ..survey.concerned import node_ports, other_names, places, said_before
from ..survey.context import Context
from ..survey.mentions import beside
from ..survey.routing import governs, points_at
from ..survey.unseen import unseen_sites
from .absence import weighed
from .gatewaysets import as_files, is_separated, judged_text, sets_of
from .roots import file_of, root_of, rootless


def of_services(context: Context, taken: set[str]) -> Iterator[Item]:
    """The stable and the canary Service in the place of the one, and all that routes to them. `taken` are the paths of
    the chart's files, to which those of new files are added. Raises ChartRefused."""
    site = context.item.services[0]
    root = root_of(site, context, "Service")
    further = ""
    if context.item.decision.router == "istio":
        given = sole_call(site_scope(site), context.sources)
        sets, items = sets_of(context, site, root if given is None else ".", given)
        yield from items
        texts = [*gatewayset.texts(sets), *judged_text(sets, context)]
        files = None if context.terms.local else as_files(texts, site_scope(site), context)
        if files is None and given is not None:
            raise rootless(site, "Service")
        if files is None:
            further = "".join(text if is_separated(text) else f"---\n{text}" for _, text in texts)
        paths: dict[str, str] = {}
        for name, text in (files or {}).items():
            file = file_of(context, name)
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
    when: dict[str, tuple[str, ...]] = {}
    for own in context.item.virtual_services if context.weighed else ():
        when[own.id], defines = weighed(context, own)
        yield from defines
    yield from virtualservice.rewrite(context, when)
    yield from _destination_rules(context)
    if context.weighed and not context.item.decision.looped:
        yield from publichosts.rewrite(context)
    if not context.keep:
        yield from referring(context)
    if len(context.sources.in_file(site.source.path)) == 1 and not site.document.define:
        yield from rename.rewrite(site, taken, "service", file_of(context, "services"))


def _destination_rules(context: Context) -> Iterator[Item]:
    if not context.weighed:
        return
    for rule in places(context, governs):
        root = root_of(rule, context, "DestinationRule")
        codes, defines = weighed(context, rule)
        yield from defines
        condition = all_of([context.terms.at(code, root) for code in codes])
        canary, stable = (context.terms.at(code, root) for code in (context.terms.canary, context.terms.stable))
        name = context.mention()
        said = name and beside(name, rule.source)
        yield from destinationrule.rewrite(rule, said, canary, condition, "" if context.keep else stable)


def referring(context: Context) -> Iterator[Item]:
    """The edits of what names the old Service."""
    name = context.mention()
    if name is None or said_before(context):
        return
    leading = places(context, lambda found, *to: found.ref.kind in references.ROUTES and points_at(found, *to))
    unseen = unseen_sites(context.sources, context.survey.renders, references.ROUTES)
    yield from references.rewrite(name, context.sources, leading, other_names(context, name.codes), unseen)
