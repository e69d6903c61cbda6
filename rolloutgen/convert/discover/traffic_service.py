"""Whether a traffic Service's old name can go: what cannot move to a new name in one upgrade, and who else names it.

The traffic Service of a workload: which one it is, which of its ports, and why it keeps its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rolloutgen.config.options import Options
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.sources import Site, Sources, maker
from rolloutgen.kube.naming import rename_service
from rolloutgen.kube.pods import serves
from rolloutgen.kube.references import leads_to, references_to
from rolloutgen.kube.tree import as_map, dig, maps, strings
from rolloutgen.model import Diagnostic, Manifest, Path, Refusal, Rendered, WorkloadDecision

_NO_ADDRESS = frozenset({"image", "name", "namespace", "tag"})  # whatever they look like


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps the name of `service`: a field of `holder` (the Service itself, or who names it), and why."""

    service: Manifest
    holder: Manifest
    at: Path
    why: str


def hold(sites: Collection[str], renders: Sequence[Rendered]) -> Hold | None:
    """The first thing that keeps the name of a Service of `sites`; None where its name may go.

    What the Service is counts in value sets that somebody gave: others only try what it could be. Who calls it by its
    name counts in all.
    """
    for render in renders:
        for service in render.objects:
            if service.ref.kind == "Service" and not service.ref.group and service.site in sites:
                found = None if render.value_set.derived else _of_service(service)
                found = found or next(_named(service, render), None) or next(_from_elsewhere(service, render), None)
                if not found and not render.value_set.derived:
                    found = next(_as_elsewhere(service, render), None)
                if found:
                    return found
    return None


def _of_service(service: Manifest) -> Hold | None:
    """Helm creates the new Service before it deletes the old: they cannot both have what only one can have."""
    spec = as_map(service.body.get("spec"))
    if spec.get("type") in ("NodePort", "LoadBalancer"):
        why = f"it is of type {spec['type']}: its ports and address cannot move to another Service in one upgrade"
        return Hold(service, service, ("spec", "type"), why)
    for field in ("clusterIP", "externalIPs"):
        if spec.get(field):
            return Hold(service, service, ("spec", field), f"its {field} cannot move to another Service in one upgrade")
    return None


def _named(service: Manifest, render: Rendered) -> Iterator[Hold]:
    """Who names the Service and cannot follow it to another name."""
    for manifest in render.objects:
        for found in references_to(manifest, service.ref, render.value_set.release.namespace):
            if found.role == "called":
                yield Hold(service, manifest, found.at, f"{manifest.ref} calls it by that name")
            elif found.role == "issued":
                why = f"{manifest.ref} is issued for that name, and its clients check it"
                yield Hold(service, manifest, found.at, why)


def _from_elsewhere(service: Manifest, render: Rendered) -> Iterator[Hold]:
    """Objects in another namespace that name the Service as if it were in theirs, where the release has none of that
    name: such a namespace is often fixed, and the one into which the chart is installed."""
    namespace = render.value_set.release.namespace
    home = service.ref.home(namespace)
    services = {(m.ref.home(namespace), m.ref.name) for m in render.objects if m.ref.kind == "Service"}
    for manifest in render.objects:
        where = manifest.ref.home(namespace)
        if where == home or (where, service.ref.name) in services or manifest.ref.kind == "CustomResourceDefinition":
            continue
        here = manifest._replace(ref=manifest.ref._replace(namespace=home))
        routed = _follows(here, service, namespace) and not _follows(manifest, service, namespace)
        if routed or any(_addresses(manifest, service, home)):
            at: Path = ("metadata", "namespace") if manifest.ref.namespace else ("metadata", "name")
            why = f"{manifest.ref} names it from namespace {where}, which may be the one of the release"
            yield Hold(service, manifest, at, why)


def _follows(manifest: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether an object names a Service where the conversion would rename it."""
    return any(found.followed for found in references_to(manifest, service.ref, namespace))


def _as_elsewhere(service: Manifest, render: Rendered) -> Iterator[Hold]:
    """Texts with the Service's name in a namespace that is written out (NAME.ns.svc) and in which the release has no
    such Service: it is often the one into which the chart is installed."""
    namespace = render.value_set.release.namespace
    services = {(m.ref.home(namespace), m.ref.name) for m in render.objects if m.ref.kind == "Service"}
    name = service.ref.name
    pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}\.([a-z0-9-]+)\.svc(?![\w-])")
    for manifest in render.objects:
        for path, text in strings(manifest.body):
            for found in pattern.finditer(text) if ".svc" in text and manifest.ref.kind != "Sidecar" else ():
                if found[1] != service.ref.home(namespace) and (found[1], name) not in services:
                    why = f"{manifest.ref} names it in namespace {found[1]}, which may be the one of the release"
                    yield Hold(service, manifest, path, why)


def _addresses(manifest: Manifest, service: Manifest, home: str) -> Iterator[bool]:
    """For each text of an object whether it has an address of the Service that holds in its own namespace alone."""
    name = service.ref.name
    for path, text in strings(manifest.body):
        if path[-1] not in _NO_ADDRESS and name in text:
            qualified = rename_service(text, name, "", home, same_namespace=False)
            yield rename_service(qualified, name, "", home, same_namespace=True) != qualified


def service_sites(site: Site, renders: Sequence[Rendered], options: Options, sources: Sources) -> dict[str, None]:
    """The sites of the traffic Service: pointed at by a route; else named as the workload; else the only one.

    Where values that nobody gave bring further ones, the one that the given values have everywhere is meant. Raises
    ChartRefused where more than one is left.
    """
    tiers = _tiers(site, renders, options)
    if tiers.asked:
        return dict.fromkeys(sorted(tiers.asked))
    sites = _narrowed(tiers)
    if len(sites) > 1:
        given = _narrowed(_tiers(site, [render for render in renders if not render.value_set.derived], options))
        if len(given) == 1 and all(given <= found for found in tiers.renders):
            sites = given
    if len(sites) > 1:
        raise _several(site, sites, renders, sources)
    if "" in sites:
        raise ChartRefused(_not_in_source(site, renders, sources))
    return dict.fromkeys(sites)


def choose_by(site: Site, renders: Sequence[Rendered], options: Options) -> str:
    """The reason for the choice of `service_sites`, as a clause for the log."""
    tiers = _tiers(site, renders, options)
    if tiers.asked:
        return "--service names it"
    others = len(tiers.fitting) - 1
    beside = f" ({others} more select the pods)" if others else ""
    if tiers.routed:
        return f"a route of the chart points at it{beside}"
    if tiers.named:
        return f"it carries the workload's name and no route points at any{beside}"
    return "it is the only one that selects the pods"


def _not_in_source(site: Site, renders: Sequence[Rendered], sources: Sources) -> Refusal:
    """The refusal of a Service that is no document of the chart's templates, with the template that renders it."""
    templates = (
        service.template
        for render in renders
        for deployment in render.objects
        if deployment.site == site.id and deployment.ref.kind == "Deployment"
        for service in render.objects
        if not service.site and _carries(service, deployment, render.value_set.release.namespace)
    )
    template = next(templates, "")
    by = maker(sources, template, "Service")
    return Refusal(
        "service-not-in-source",
        site.source.path,
        site.line,
        f"its traffic Service, which {template} renders, is no document of this chart's templates: {by} makes it",
        "Write the Service as a document of its own in this chart, or convert the chart that defines it.",
    )


@dataclass(frozen=True)
class _Tiers:
    """The sites of the Services that select a workload's pods: those that a route points at, those of its name, all;
    all of each render that has some; those of the name that was asked for; those that only metrics are read from."""

    routed: frozenset[str]
    named: frozenset[str]
    fitting: frozenset[str]
    renders: tuple[frozenset[str], ...]
    asked: frozenset[str]
    metrics: frozenset[str]


def _tiers(site: Site, renders: Sequence[Rendered], options: Options) -> _Tiers:
    found: list[set[str]] = [set(), set(), set(), set(), set()]
    each: list[frozenset[str]] = []
    for render in renders:
        namespace = render.value_set.release.namespace
        for deployment in (m for m in render.objects if m.site == site.id and m.ref.kind == "Deployment"):
            fitting = [m for m in render.objects if _carries(m, deployment, namespace)]
            found[0] |= {m.site for m in fitting if any(leads_to(route, m.ref, namespace) for route in render.objects)}
            found[1] |= {m.site for m in fitting if m.ref.name == deployment.ref.name}
            found[2] |= {m.site for m in fitting}
            found[3] |= {m.site for m in fitting if options.service and m.ref.name == options.service}
            found[4] |= {m.site for m in fitting if _of_metrics(m)}
            each += [frozenset(m.site for m in fitting)] if fitting else []
    routed, named, every, asked, metrics = map(frozenset, found)
    return _Tiers(routed, named, every, tuple(each), asked, metrics)


def _of_metrics(service: Manifest) -> bool:
    """Whether a Service is there for its metrics alone, as its name or the names of all its ports say."""
    ports = [str(port.get("name", "")) for port in maps(dig(service.body, "spec", "ports"))]
    return _says_metrics(service.ref.name) or (bool(ports) and all(map(_says_metrics, ports)))


def _says_metrics(name: str) -> bool:
    return not {"metrics", "metric"}.isdisjoint(name.split("-"))


def _narrowed(tiers: _Tiers) -> frozenset[str]:
    """The sites of the first tier that has some; of several the one of the workload's name, else the one that is there
    for more than metrics."""
    sites = tiers.routed or tiers.named or tiers.fitting
    named = tiers.named & sites
    if len(sites) > 1 and len(named) == 1 and "" not in named:
        return named
    traffic = sites - tiers.metrics
    return traffic if len(traffic) == 1 and "" not in traffic else sites


def _several(site: Site, sites: Collection[str], renders: Sequence[Rendered], sources: Sources) -> ChartRefused:
    """The refusal that names the candidates as the first render with each has them; of one that is written twice, the
    places."""
    found: dict[str, Manifest] = {}
    for render in renders:
        for manifest in render.objects:
            if manifest.site in sites and manifest.ref.kind == "Service":
                found.setdefault(manifest.site or manifest.template, manifest)
    names = sorted(manifest.ref.name for manifest in found.values())
    if len(names) > 1 and len(set(names)) == 1:
        known = {place: sources.sites.get(place) for place in found}
        places = [f"{at.source.path}:{at.line}" if at else place for place, at in known.items()]
        why = f"its traffic Service {names[0]} is written more than once: {' and '.join(sorted(places))}"
        hint = "Write it once, with what differs under conditions inside it."
    else:
        why = f"several Services select its pods: {', '.join(names)}"
        hint = "Choose the one that carries the public traffic: --service NAME."
    return ChartRefused(Refusal("ambiguous-service", site.source.path, site.line, why, hint))


def _carries(service: Manifest, deployment: Manifest, namespace: str) -> bool:
    return (
        service.ref.kind == "Service"
        and not service.ref.group
        and dig(service.body, "spec", "clusterIP") != "None"
        and dig(service.body, "spec", "type") != "ExternalName"
        and serves(service, deployment, namespace)
    )


def port_index(services: Iterable[str], renders: Sequence[Rendered]) -> int:
    """The traffic port of a Service with several: the first whose name begins with http, else the first."""
    for render in renders:
        for manifest in render.objects:
            if manifest.site in services and manifest.ref.kind == "Service":
                ports = maps(dig(manifest.body, "spec", "ports"))
                if len(ports) > 1:
                    return next((i for i, port in enumerate(ports) if str(port.get("name", "")).startswith("http")), 0)
    return 0


def kept(decision: WorkloadDecision, renders: Sequence[Rendered]) -> Iterable[Diagnostic]:
    """Why the Service of a workload keeps its name, where the survey chose that."""
    found = hold(decision.service_sites, renders)
    if found is None or not (
        decision.strategy == "blue-green" or (decision.strategy, decision.router) == ("canary", "istio")
    ):
        return
    yield Diagnostic(
        "service-name-kept",
        "info",
        f"the stable Service stays {found.service.ref.name}: {found.why}",
        "Only the Service of the new version gets a name of its own. To rename both: --service-names suffix.",
        found.service.template,
        ref=found.service.ref,
        at=found.at if found.holder is found.service else ("metadata", "name"),
    )


def refuse_unknown(options: Options, decisions: Sequence[WorkloadDecision], renders: Sequence[Rendered]) -> None:
    """Refuses a --service that is the traffic Service of no workload."""
    services = [(m, render.value_set) for render in renders for m in render.objects if m.ref.kind == "Service"]
    taken = {site for decision in decisions for site in decision.service_sites}
    if not options.service or any(m.ref.name == options.service and m.site in taken for m, _ in services):
        return
    first = renders[0].value_set.release
    names = sorted({m.ref.name for m, value_set in services if value_set.release == first})
    why = f"no Service {options.service} leads to the pods of a workload"
    hint = f"The chart renders: {', '.join(names)}." if names else "The chart renders no Service."
    raise ChartRefused(Refusal("no-such-service", "", 0, why, hint))


def refuse_shared(
    decisions: Sequence[WorkloadDecision], places: Mapping[str, Site], renders: Sequence[Rendered]
) -> None:
    """Refuses a Service that carries the traffic of two of the workloads in one render."""
    for render in renders:
        namespace = render.value_set.release.namespace
        for service in (m for m in render.objects if m.site in places and m.ref.kind == "Service"):
            behind = [
                m
                for m in render.objects
                if m.ref.kind == "Deployment"
                and any(m.site in d.sites and service.site in d.service_sites for d in decisions)
                and serves(service, m, namespace)
            ]
            twice = [m for m in behind[1:] if m.ref == behind[0].ref and m.template != behind[0].template]
            if twice:
                raise _rendered_twice(behind[0], twice[0])
            if len(behind) > 1:
                names = " and ".join(str(m.ref) for m in behind[:2])
                raise ChartRefused.in_source(
                    "service-of-two-workloads",
                    places[service.site].source,
                    places[service.site].document.span.start,
                    f"{service.ref} selects the pods of {names}; the controller's hash would cut one of them off",
                    "Give each workload a Service of its own.",
                )


def _rendered_twice(one: Manifest, other: Manifest) -> ChartRefused:
    why = f"{one.template} renders {one.ref} too: this file is a copy of it, or a link to it"
    hint = f"Remove {other.template}, or let it render another name."
    return ChartRefused(Refusal("rendered-twice", other.template, 1, why, hint))
