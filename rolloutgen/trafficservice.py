"""The traffic Service of a workload: which one it is, which of its ports, and why it keeps its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .model import Finding, Manifest, Refusal, Rendered, WorkloadDecision
from .options import Options
from .refuse import ChartRefused, refuse
from .routing import points_at, selects
from .servicename import hold
from .sources import Site
from .tree import dig, maps


def service_sites(site: Site, renders: Sequence[Rendered], options: Options) -> dict[str, None]:
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


def port_index(services: Iterable[str], renders: Sequence[Rendered]) -> int:
    """The traffic port of a Service with several: the first whose name begins with http, else the first."""
    for render in renders:
        for manifest in render.objects:
            if manifest.site in services and manifest.ref.kind == "Service":
                ports = maps(dig(manifest.body, "spec", "ports"))
                if len(ports) > 1:
                    return next((i for i, port in enumerate(ports) if str(port.get("name", "")).startswith("http")), 0)
    return 0


def kept(decision: WorkloadDecision, renders: Sequence[Rendered]) -> Iterable[Finding]:
    """Why the Service of a workload keeps its name, where the survey chose that."""
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
