"""Reads a chart and its renders and decides, once for all value sets: workloads, traffic Services.

Pod labels that a selector may choose by.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rolloutgen.config.options import Options
from rolloutgen.convert.discover.config_objects import versioned_sites
from rolloutgen.convert.discover.deployments import (
    chosen,
    deployments,
    nothing,
    of_dependencies,
    unplaced,
    without_collisions,
)
from rolloutgen.convert.discover.pairing import printed_once
from rolloutgen.convert.discover.spread_spec import spilled, strategy_keys
from rolloutgen.convert.discover.traffic_service import (
    hold,
    kept,
    port_index,
    refuse_shared,
    refuse_unknown,
    service_sites,
)
from rolloutgen.convert.discover.unrendered import unseen_virtual_services
from rolloutgen.convert.discover.values_keys import keys_of
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.conditions import code_of
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.outline import SPLICE
from rolloutgen.gotemplate.scope import is_shared, scope_at, site_scope
from rolloutgen.gotemplate.sources import Site, Sources, maker
from rolloutgen.kube.pods import serves
from rolloutgen.kube.references import fields_scaling, kinds_called, leads_to, target_of
from rolloutgen.kube.release import VIRTUAL_SERVICE
from rolloutgen.model import Decisions, Diagnostic, Refusal, Rendered, Strategy, WorkloadDecision

# The autoscalers that set the number of pods.
AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


@dataclass(frozen=True)
class Workload:
    """One workload of the chart with the places in the source that belong to it."""

    decision: WorkloadDecision
    sites: tuple[Site, ...]
    services: tuple[Site, ...]
    autoscalers: tuple[Site, ...]
    vertical: tuple[Site, ...]
    virtual_services: tuple[Site, ...]
    names: frozenset[str]
    service_always: bool  # every render that has the workload has its Service
    service_alone: bool  # some render has the Service without the workload
    named_alone: bool = False  # some render names the Service and has neither


@dataclass(frozen=True)
class Survey:
    """What the rewriter works from."""

    sources: Sources
    renders: tuple[Rendered, ...]
    decisions: Decisions
    workloads: tuple[Workload, ...]
    findings: tuple[Diagnostic, ...]
    aliases: Mapping[str, Sequence[Expr]] = field(default_factory=dict)


def survey(
    sources: Sources,
    renders: Sequence[Rendered],
    options: Options,
    values_key: str,
    unsteady: Collection[tuple[str, str]] = (),
) -> Survey | None:
    """The decisions for a chart, None when it is converted already or has nothing to convert.

    `renders` are those of the original chart that succeeded, with sites; `unsteady` are kind and name of objects whose
    content changes from render to render. Raises ChartRefused.
    """
    renders = without_collisions(renders)
    own, foreign = deployments(renders)
    findings = tuple(of_dependencies(foreign))
    rollouts = {manifest.site for render in renders for manifest in render.objects if manifest.ref.kind == "Rollout"}
    if not own:
        if not rollouts:
            raise nothing(renders, foreign)
        return None
    findings += tuple(unplaced(own, sources))
    own = [(render, manifest) for render, manifest in own if manifest.site]
    sites = tuple(dict.fromkeys(manifest.site for _, manifest in own))
    taken = chosen(sites, own, options)
    keys = keys_of([sources.sites[site] for site in taken])
    workloads = tuple(_workload(site, keys[site], sources, renders, options, several=len(taken) > 1) for site in taken)
    decided = tuple(workload.decision for workload in workloads)
    refuse_unknown(options, decided, renders)
    refuse_shared(decided, {site.id: site for workload in workloads for site in workload.services}, renders)
    configs: tuple[str, ...] = ()
    if options.config_by_version:
        configs, left = versioned_sites(sources, renders, taken, unsteady)
        findings += left
    decisions = Decisions(decided, len(workloads) > 1, values_key, options.replicas, configs)
    findings += tuple(_hostless(workloads))
    if options.analysis:
        findings += tuple(_not_judged(workload) for workload in workloads if not workload.decision.analysis)
    if not options.service_names:
        findings += tuple(finding for decision in decided for finding in kept(decision, renders))
    return Survey(sources, tuple(renders), decisions, workloads, findings)


def _hostless(workloads: Sequence[Workload]) -> Iterable[Diagnostic]:
    """A finding for each loop whose workloads get no hosts."""
    for item in workloads:
        if item.decision.looped and item.services and item.decision.router == "istio":
            site = item.sites[0]
            loop = next((block for block, _ in site_scope(site).blocks if block.keyword == "range"), None)
            by = "a loop makes" if loop else "the calls of a define make"
            yield Diagnostic(
                "no-hosts-in-loop",
                "info",
                f"{by} these workloads of one text: their routes bind to the mesh, without hosts or a preview",
                "Write the workloads one by one, or let a Gateway of yours route to their Services.",
                site.source.path,
                site.source.line(loop.span.start) if loop else site.line,
            )


def _not_judged(workload: Workload) -> Diagnostic:
    site = workload.sites[0]
    return Diagnostic(
        "analysis-left-out",
        "info",
        f"no analysis judges new versions of {workload.decision.key}: Istio measures no Service of it",
        "Nothing, if it serves no requests; else give it a Service.",
        site.source.path,
        site.line,
    )


@dataclass(frozen=True)
class _Companions:
    """What belongs to one workload: the sites of its Services, autoscalers and VirtualServices, "" for an object that
    is no document of the chart's templates; the names that its Deployments have in value sets that somebody gave; and
    whether every render that has the workload has its Service."""

    services: tuple[str, ...]
    autoscalers: tuple[str, ...]
    vertical: tuple[str, ...]
    virtual_services: tuple[str, ...]
    names: frozenset[str]
    service_always: bool


def _workload(
    site_id: str, key: str, sources: Sources, renders: Sequence[Rendered], options: Options, *, several: bool
) -> Workload:
    site, where = sources.sites[site_id], sources.sites
    found = _companions(site, service_sites(site, renders, options, sources), sources, renders)
    if options.strategy == "blue-green" and not found.services and not several:
        why = "blue-green switches a Service, and no Service selects its pods"
        raise ChartRefused.in_source(
            "blue-green-needs-service", site.source, site.document.span.start, why, "Choose canary."
        )
    decision = _decided(site, key, found, sources, renders, options)
    if "" in found.autoscalers:
        raise _made_elsewhere(site, "an autoscaler", AUTOSCALERS, sources, renders)
    if "" in found.virtual_services:
        raise _made_elsewhere(site, "a VirtualService", ("VirtualService",), sources, renders)
    return Workload(
        decision=decision,
        sites=(site,),
        services=tuple(where[service] for service in found.services),
        autoscalers=tuple(where[scaler] for scaler in found.autoscalers),
        vertical=tuple(where[scaler] for scaler in found.vertical if scaler),
        virtual_services=tuple(where[route] for route in found.virtual_services),
        names=found.names,
        service_always=found.service_always,
        service_alone=_has_service_alone(site, found.services, renders),
    )


def _companions(site: Site, services: Collection[str], sources: Sources, renders: Sequence[Rendered]) -> _Companions:
    """What belongs to the workload at `site`, whose traffic Services stand at `services`."""
    names: set[str] = set()
    scaled: dict[str, None] = {}
    vertical: dict[str, None] = {}
    routed: dict[str, None] = {}
    always = True
    for render in renders:
        namespace = render.value_set.release.namespace
        for deployment in (m for m in render.objects if m.site == site.id and m.ref.kind == "Deployment"):
            if not render.value_set.derived:
                names.add(deployment.ref.name)
            carried = [m for m in render.objects if m.site in services and serves(m, deployment, namespace)]
            always = always and bool(carried)
            for manifest in render.objects:
                target = target_of(manifest)
                if target is not None and target.is_to(deployment.ref, namespace):
                    (scaled if manifest.ref.kind in AUTOSCALERS else vertical)[manifest.site] = None
                elif (manifest.ref.group, manifest.ref.kind) == VIRTUAL_SERVICE and any(
                    leads_to(manifest, service.ref, namespace) for service in carried
                ):
                    routed[manifest.site] = None
    routed.update(unseen_virtual_services([sources.sites[service] for service in services], sources, renders))
    for other in _unseen(site, sources, renders):
        (scaled if set(other.kinds()) & set(AUTOSCALERS) else vertical)[other.id] = None
    return _Companions(
        services=tuple(services),
        autoscalers=tuple(scaled),
        vertical=tuple(vertical),
        virtual_services=tuple(sorted(routed, key=lambda found: _rendering(sources.sites.get(found)))),
        names=frozenset(names),
        service_always=always,
    )


def _decided(
    site: Site, key: str, found: _Companions, sources: Sources, renders: Sequence[Rendered], options: Options
) -> WorkloadDecision:
    """What is decided for the workload at `site`."""
    strategy = options.strategy if found.services else "basic"
    analysed = bool(found.services) and strategy == "canary" and options.router == "istio"
    own_strategy = any(strategy_keys(site, spec.children, sources) for spec in site.find("spec"))
    return WorkloadDecision(
        key=key,
        sites=(site.id,),
        service_sites=found.services,
        strategy=strategy,
        router=options.router,
        service_names=options.service_names or ("keep" if hold(found.services, renders) else "suffix"),
        port_index=port_index(found.services, renders),
        force_recreate=options.force,
        carries=own_strategy or spilled(site, _bodies(site.id, renders), sources) is not None,
        virtual_service_sites=found.virtual_services,
        selector=() if site.find("spec", "selector") else tuple(steady_labels(site)),
        looped=_is_looped(site, strategy, found, sources),
        analysis=options.analysis if analysed else "",
        notified=bool(options.slack),
        autoscaler_sites=tuple(_following(site, (*found.autoscalers, *found.vertical), renders)),
    )


def _is_looped(site: Site, strategy: Strategy, found: _Companions, sources: Sources) -> bool:
    """Whether one text makes several workloads, or their Services."""
    routes = [sources.sites[route] for route in found.virtual_services if route]
    routed_once = bool(found.virtual_services) and not any(site_scope(route).ranged for route in routes)
    services = [sources.sites[service] for service in found.services]
    if not printed_once(site, sources) and not (routed_once and strategy == "canary"):
        return True
    return _both_handed(site, services, sources) or not all(printed_once(service, sources) for service in services)


def _has_service_alone(site: Site, services: Sequence[str], renders: Sequence[Rendered]) -> bool:
    """Whether some render has the traffic Service without the workload."""
    return any(
        any(m.site in services and m.ref.kind == "Service" for m in render.objects)
        and not any(m.site == site.id and m.ref.kind == "Deployment" for m in render.objects)
        for render in renders
    )


def _rendering(site: Site | None) -> tuple[str, int]:
    """What sorts documents of one kind in the order in which Helm renders them."""
    return (site.source.path, site.index) if site else ("", 0)


def _following(site: Site, scalers: Iterable[str], renders: Sequence[Rendered]) -> Iterable[str]:
    """Those of the sites of autoscalers that follow their workload also in renders without it: not those whose target
    may be a workload of another kind, by the same template or another."""
    others = ("StatefulSet", "DaemonSet")
    if any(kind != "Deployment" for kind in site.kinds()):
        return
    for scaler in scalers:
        for render in renders:
            targets = {target.name for m in render.objects if m.site == scaler and (target := target_of(m))}
            if any(m.ref.kind in others and m.ref.name in targets for m in render.objects):
                break
        else:
            yield scaler


def _bodies(site: str, renders: Sequence[Rendered]) -> list[Mapping[str, Any]]:
    return [m.body for render in renders for m in render.objects if m.site == site and m.ref.kind == "Deployment"]


def _both_handed(site: Site, services: Sequence[Site], sources: Sources) -> bool:
    """Whether defines that are handed more than the root print both a workload and its Service."""
    return all(is_shared(site_scope(place), sources) for place in (site, *services)) and bool(services)


def _unseen(site: Site, sources: Sources, renders: Sequence[Rendered]) -> Iterable[Site]:
    """Autoscalers that no value set rendered and whose source targets the workload by its own name expression."""
    seen = {manifest.site for render in renders for manifest in render.objects}
    mine = code_of(site.value("metadata", "name"))
    for other in sources.sites.values():
        if other.id in seen or not mine:
            continue
        for shape in (found.shape for kind in kinds_called(*other.kinds()) for found in fields_scaling(kind)):
            kind = other.value(*shape[:-1], "kind").strip("\"'")
            name = code_of(other.value(*shape))
            if name and name.equivalent(mine) and kind in ("", "Deployment"):
                yield other
                break


def _made_elsewhere(
    site: Site, what: str, kinds: Collection[str], sources: Sources, renders: Sequence[Rendered]
) -> ChartRefused:
    """The refusal of an object of one of the `kinds` that is no document of the chart's templates."""
    objects = (manifest for render in renders for manifest in render.objects)
    made = next(manifest for manifest in objects if not manifest.site and manifest.ref.kind in kinds)
    return ChartRefused(
        Refusal(
            "source-not-found",
            site.source.path,
            site.line,
            f"{what} of this workload, which {made.template} renders, is made by "
            + maker(sources, made.template, made.ref.kind),
            "Write it as a document of its own in this chart's templates.",
        )
    )


# Labels that change with the chart: `chart`, `helm.sh/chart`, versions, image tags.
_OF_A_VERSION = re.compile(
    r"(?i)version|\bchart\b *[:\"']|\.chart\b|\.tag\b|checksum|revision|sha256sum|\brand|\bnow\b"
)


def steady_labels(site: Site) -> list[str]:
    """The pod labels by which a selector may choose for good: always there, the same in each version of the chart."""
    labels = [child for node in site.find("spec", "template", "metadata", "labels") for child in node.children]
    count = Counter(node.key for node in labels)
    depth = len(site_scope(site).blocks)
    return [
        node.key
        for node in labels
        if node.key != SPLICE
        and "{{" not in node.key
        and count[node.key] == 1
        and not _OF_A_VERSION.search(node.span.of(site.source.text))
        and len(scope_at(site.source, node.key_span.start).blocks) == depth
    ]
