"""Reads a chart and its renders and decides, once for all value sets: workloads, traffic Services."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .expression import expression
from .model import Decisions, Finding, Manifest, Refusal, Rendered, WorkloadDecision
from .options import Options
from .refuse import ChartRefused, refuse
from .routing import points_at, selects, target_of
from .scope import scope_at, site_scope
from .servicename import hold
from .sources import Site, Sources
from .tree import dig, maps
from .yamlmap import SPLICE

# Labels that change with the chart: `chart`, `helm.sh/chart`, versions, image tags.
_OF_A_VERSION = re.compile(
    r"(?i)version|\bchart\b *[:\"']|\.chart\b|\.tag\b|checksum|revision|sha256sum|\brand|\bnow\b"
)
AUTOSCALERS = {"HorizontalPodAutoscaler": "scaleTargetRef", "ScaledObject": "scaleTargetRef"}


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


@dataclass(frozen=True)
class Survey:
    """What the rewriter works from."""

    sources: Sources
    renders: tuple[Rendered, ...]
    decisions: Decisions
    workloads: tuple[Workload, ...]
    findings: tuple[Finding, ...]
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)


def survey(sources: Sources, renders: Sequence[Rendered], options: Options, values_key: str) -> Survey | None:
    """The decisions for a chart, None when it is converted already or has nothing to convert.

    `renders` are those of the original chart that succeeded, with sites. Raises ChartRefused.
    """
    own, foreign = _deployments(renders)
    findings = tuple(_foreign(foreign))
    rollouts = {manifest.site for render in renders for manifest in render.objects if manifest.ref.kind == "Rollout"}
    if not own:
        if not rollouts:
            raise _nothing(renders, foreign)
        return None
    findings += tuple(_unplaced(own))
    own = [(render, manifest) for render, manifest in own if manifest.site]
    sites = tuple(dict.fromkeys(manifest.site for _, manifest in own))
    chosen = _chosen(sites, own, options)
    if not chosen:
        raise ChartRefused(_no_such_workload(options, own))
    keys = _keys([sources.sites[site] for site in chosen])
    workloads = tuple(
        _workload(site, keys[site], sources, renders, options, several=len(chosen) > 1) for site in chosen
    )
    _refuse_shared(workloads, renders)
    decisions = Decisions(
        tuple(workload.decision for workload in workloads), len(workloads) > 1, values_key, options.replicas
    )
    if not options.service_names:
        findings += tuple(finding for workload in workloads for finding in _kept(workload, renders))
    return Survey(sources, tuple(renders), decisions, workloads, findings)


def _deployments(
    renders: Sequence[Rendered],
) -> tuple[list[tuple[Rendered, Manifest]], list[tuple[Rendered, Manifest]]]:
    own: list[tuple[Rendered, Manifest]] = []
    foreign: list[tuple[Rendered, Manifest]] = []
    for render in renders:
        for manifest in render.objects:
            if manifest.ref.kind == "Deployment" and manifest.ref.group in ("apps", "extensions"):
                (foreign if manifest.template.startswith("charts/") else own).append((render, manifest))
    return own, foreign


def _nothing(renders: Sequence[Rendered], foreign: list[tuple[Rendered, Manifest]]) -> ChartRefused:
    if foreign:
        name = foreign[0][1].template.split("/")[1]
        return ChartRefused(
            Refusal(
                "deployment-in-dependency",
                foreign[0][1].template,
                0,
                f"the only Deployments come from the dependency {name}",
                f"Convert the chart {name} itself, or take its templates into this chart.",
            )
        )
    kinds = sorted({m.ref.kind for r in renders for m in r.objects if m.ref.kind in ("StatefulSet", "DaemonSet")})
    if kinds:
        place = next(m for r in renders for m in r.objects if m.ref.kind in kinds)
        return ChartRefused(
            Refusal(
                "no-deployment",
                place.template,
                0,
                f"it renders no Deployment, only a {kinds[0]}",
                "A Rollout replaces a Deployment; a StatefulSet or DaemonSet has no counterpart in Argo Rollouts.",
            )
        )
    return ChartRefused(
        Refusal(
            "no-deployment",
            "Chart.yaml",
            1,
            "no value set renders a Deployment",
            "When a value switches it on, give it with --values or --set.",
        )
    )


def _foreign(foreign: list[tuple[Rendered, Manifest]]) -> Iterable[Finding]:
    for template in dict.fromkeys(manifest.template for _, manifest in foreign):
        yield Finding(
            "deployment-in-dependency",
            "info",
            f"a Deployment of the dependency {template.split('/')[1]} stays",
            "Convert that chart itself.",
            template,
        )


def _unplaced(own: list[tuple[Rendered, Manifest]]) -> Iterable[Finding]:
    """A finding for each Deployment whose text stands in no template, such as one that values hold whole.

    Raises ChartRefused where that is all the chart has.
    """
    why = "is in no template of this chart: a library or generated text makes it"
    hint = "Convert the library chart that defines it, or write the Deployment in this chart."
    lost = dict.fromkeys((manifest.template, manifest.ref) for _, manifest in own if not manifest.site)
    if lost and all(not manifest.site for _, manifest in own):
        template, ref = next(iter(lost))
        raise ChartRefused(Refusal("deployment-not-in-source", template, 1, f"the text of {ref} {why}", hint))
    for template in dict.fromkeys(template for template, _ in lost):
        ref = next(ref for path, ref in lost if path == template)
        yield Finding("deployment-not-in-source", "warning", f"{ref} stays: its text {why}", hint, template, 1)


def _chosen(sites: Sequence[str], own: list[tuple[Rendered, Manifest]], options: Options) -> tuple[str, ...]:
    if not options.workloads:
        return tuple(sites)
    names = {(manifest.site, manifest.ref.name) for _, manifest in own}
    return tuple(site for site in sites if any((site, name) in names for name in options.workloads))


def _no_such_workload(options: Options, own: list[tuple[Rendered, Manifest]]) -> Refusal:
    names = ", ".join(dict.fromkeys(manifest.ref.name for _, manifest in own))
    return Refusal(
        "no-such-workload",
        own[0][1].template,
        0,
        f"no Deployment is called {', '.join(options.workloads)}",
        f"The chart renders: {names}",
    )


def _keys(sites: Sequence[Site]) -> dict[str, str]:
    """A values key for each site, from words of its source: the file's name, its folder, the component label."""
    found: dict[str, str] = {}
    shared = Counter(site.source.path for site in sites)
    for site in sites:
        folder, _, name = site.source.path.removeprefix("templates/").rpartition("/")
        stem = re.sub(r"\.(ya?ml|tpl)$", "", name).lstrip("_")
        bare = re.sub(r"(?i)[-_.]*(deployment|deploy|workload)[-_.]*", "-", stem).strip("-_.")
        component = site.value("metadata", "labels", "app.kubernetes.io/component") or site.value(
            "metadata", "labels", "component"
        )
        words = [bare, folder.rpartition("/")[2], component.strip("\"'")]
        if shared[site.source.path] > 1:
            # The literal part of a name: `{{ .Release.Name }}-worker`.
            own = re.sub(r"\{\{.*?\}\}", "", site.value("metadata", "name")).strip("\"'-_. ")
            words = [component.strip("\"'"), own, *words]
        best = next((word for word in words if word and "{{" not in word), "") or "app"
        parts = [part for part in re.split(r"[^A-Za-z0-9]+", best) if part]
        key = (
            (parts[0][:1].lower() + parts[0][1:] + "".join(part[:1].upper() + part[1:] for part in parts[1:]))
            if parts
            else "app"
        )
        key = key if key[:1].isalpha() else f"app{key}"
        number = 2
        while key in found.values():
            key = f"{key.rstrip('0123456789')}{number}"
            number += 1
        found[site.id] = key
    return found


def _workload(
    site_id: str, key: str, sources: Sources, renders: Sequence[Rendered], options: Options, *, several: bool
) -> Workload:
    site = sources.sites[site_id]
    services = _service_sites(site, renders, options)
    names: set[str] = set()
    scaled: dict[str, None] = {}
    vertical: dict[str, None] = {}
    routed: dict[str, None] = {}
    always = True
    for render in renders:
        release = render.value_set.release
        for deployment in (m for m in render.objects if m.site == site_id and m.ref.kind == "Deployment"):
            if not render.value_set.derived:
                names.add(deployment.ref.name)
            carried = [m for m in render.objects if m.site in services and selects(m, deployment, release.namespace)]
            always = always and bool(carried)
            for manifest in render.objects:
                beside = (manifest.ref.namespace or release.namespace) == (
                    deployment.ref.namespace or release.namespace
                )
                if manifest.ref.kind in AUTOSCALERS:
                    if beside and target_of(manifest, "scaleTargetRef") == deployment.ref.name:
                        scaled[manifest.site] = None
                elif manifest.ref.kind == "VerticalPodAutoscaler":
                    if beside and target_of(manifest, "targetRef") == deployment.ref.name:
                        vertical[manifest.site] = None
                elif manifest.ref.kind == "VirtualService" and any(
                    points_at(manifest, s, release.namespace) for s in carried
                ):
                    routed[manifest.site] = None
    alone_somewhere = any(
        any(m.site in services and m.ref.kind == "Service" for m in render.objects)
        and not any(m.site == site_id and m.ref.kind == "Deployment" for m in render.objects)
        for render in renders
    )
    unseen = _unseen(site, sources, renders)
    scaled.update(unseen["scaleTargetRef"])
    vertical.update(unseen["targetRef"])
    alone = options.strategy == "blue-green" and not several
    strategy = options.strategy if services or alone else "basic"
    router = options.router
    decision = WorkloadDecision(
        key,
        (site_id,),
        tuple(services),
        strategy,
        router,
        options.service_names or ("keep" if hold(services, renders) else "suffix"),
        _port_index(services, renders),
        options.force,
        bool(site.find("spec", "strategy")),
        tuple(routed),
        () if site.find("spec", "selector") else tuple(_steady_labels(site)),
        site_scope(site).ranged and not routed,
    )
    where = sources.sites
    _refuse_unknown(site, "an autoscaler", scaled)
    _refuse_unknown(site, "a VirtualService", routed)
    return Workload(
        decision,
        (site,),
        tuple(where[s] for s in services),
        tuple(where[s] for s in scaled),
        tuple(where[s] for s in vertical if s),
        tuple(where[s] for s in routed),
        frozenset(names),
        always,
        alone_somewhere,
    )


def _unseen(site: Site, sources: Sources, renders: Sequence[Rendered]) -> dict[str, dict[str, None]]:
    """Autoscalers that no value set rendered and whose source targets the workload by its own name expression."""
    found: dict[str, dict[str, None]] = {"scaleTargetRef": {}, "targetRef": {}}
    seen = {manifest.site for render in renders for manifest in render.objects}
    mine = expression(site.value("metadata", "name"))
    kinds = {**AUTOSCALERS, "VerticalPodAutoscaler": "targetRef"}
    for other in sources.sites.values():
        field = next((kinds[kind] for kind in other.kinds() if kind in kinds), None)
        if other.id in seen or field is None or not mine:
            continue
        kind = other.value("spec", field, "kind").strip("\"'")
        name = expression(other.value("spec", field, "name"))
        if name and name.replace("$", "") == mine.replace("$", "") and kind in ("", "Deployment"):
            found[field][other.id] = None
    return found


def _steady_labels(site: Site) -> list[str]:
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


def _refuse_unknown(site: Site, what: str, sites: Iterable[str]) -> None:
    if "" in sites:
        raise ChartRefused(
            Refusal(
                "source-not-found",
                site.source.path,
                site.line,
                f"{what} of this workload is rendered by a dependency or a generated text",
                "Write it in this chart's own templates.",
            )
        )


def _refuse_shared(workloads: Sequence[Workload], renders: Sequence[Rendered]) -> None:
    """Refuses a Service that carries the traffic of two of the workloads in one render."""
    places = {site.id: site for workload in workloads for site in workload.services}
    for render in renders:
        namespace = render.value_set.release.namespace
        for service in (m for m in render.objects if m.site in places and m.ref.kind == "Service"):
            behind = [
                m
                for m in render.objects
                if m.ref.kind == "Deployment"
                and any(m.site in w.decision.sites and service.site in w.decision.service_sites for w in workloads)
                and selects(service, m, namespace)
            ]
            if len(behind) > 1:
                names = " and ".join(str(m.ref) for m in behind[:2])
                raise refuse(
                    "service-of-two-workloads",
                    places[service.site].source,
                    places[service.site].document.span.start,
                    f"{service.ref} selects the pods of {names}; the controller's hash would cut one of them off",
                    "Give each workload a Service of its own.",
                )


def _service_sites(site: Site, renders: Sequence[Rendered], options: Options) -> dict[str, None]:
    """The sites of the traffic Service: pointed at by a route; else named as the workload; else the only one."""
    found: list[set[str]] = [set(), set(), set()]
    asked: set[str] = set()
    for render in renders:
        namespace = render.value_set.release.namespace
        for deployment in (m for m in render.objects if m.site == site.id and m.ref.kind == "Deployment"):
            fitting = [m for m in render.objects if _carries(m, deployment, namespace)]
            found[2] |= {m.site for m in fitting}
            found[1] |= {m.site for m in fitting if m.ref.name == deployment.ref.name}
            found[0] |= {m.site for m in fitting if any(points_at(route, m, namespace) for route in render.objects)}
            asked |= {m.site for m in fitting if m.ref.name == options.service}
    if options.service and asked:
        return dict.fromkeys(sorted(asked))
    for sites in found:
        if len(sites) == 1:
            if "" in sites:
                raise ChartRefused(
                    Refusal(
                        "service-not-in-source",
                        site.source.path,
                        site.line,
                        "its traffic Service is rendered by a dependency or a library",
                        "Write the Service in this chart's own templates, or convert that chart.",
                    )
                )
            return dict.fromkeys(sites)
        if len(sites) > 1:
            named = found[1] & sites
            if len(named) == 1 and "" not in named:
                return dict.fromkeys(named)
            names = sorted(
                {m.ref.name for r in renders[:1] for m in r.objects if m.site in sites and m.ref.kind == "Service"}
            )
            raise ChartRefused(
                Refusal(
                    "ambiguous-service",
                    site.source.path,
                    site.line,
                    f"several Services select its pods: {', '.join(names) or 'in other value sets'}",
                    "Choose the one that carries the public traffic: --service NAME.",
                )
            )
    return {}


def _carries(service: Manifest, deployment: Manifest, namespace: str) -> bool:
    return (
        service.ref.kind == "Service"
        and not service.ref.group
        and dig(service.body, "spec", "clusterIP") != "None"
        and dig(service.body, "spec", "type") != "ExternalName"
        and selects(service, deployment, namespace)
    )


def _kept(workload: Workload, renders: Sequence[Rendered]) -> Iterable[Finding]:
    """Why the Service of a workload keeps its name, where the survey chose that."""
    decision = workload.decision
    found = hold(decision.service_sites, renders)
    if found is None or not (
        decision.strategy == "blue-green" or (decision.strategy, decision.router) == ("canary", "istio")
    ):
        return
    yield Finding(
        "service-name-kept",
        "info",
        f"the stable Service stays {found.service.ref.name}: {found.why}",
        "Only the Service of the new version gets a name of its own. To rename both: --service-names suffix.",
        found.service.template,
        ref=found.service.ref,
        at=found.at if found.holder is found.service else ("metadata", "name"),
    )


def _port_index(services: Iterable[str], renders: Sequence[Rendered]) -> int:
    """The traffic port of a Service with several: the first whose name begins with http, else the first."""
    for render in renders:
        for manifest in render.objects:
            if manifest.site in services and manifest.ref.kind == "Service":
                ports = maps(dig(manifest.body, "spec", "ports"))
                if len(ports) > 1:
                    return next((i for i, port in enumerate(ports) if str(port.get("name", "")).startswith("http")), 0)
    return 0
