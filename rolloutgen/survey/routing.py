"""Who sends traffic to whom in a render: selectors, Ingress and mesh routes, autoscaler targets."""

from __future__ import annotations

from ..model import Manifest
from ..objects.naming import host_tail
from ..objects.tree import as_map, dig, maps
from .target import pod_labels


def selects(service: Manifest, workload: Manifest, namespace: str) -> bool:
    """Whether a Service's selector is a non-empty subset of the workload's pod labels, in one namespace."""
    selector = as_map(dig(service.body, "spec", "selector"))
    labels = pod_labels(workload)
    if labels is None or not selector:
        return False
    if (service.ref.namespace or namespace) != (workload.ref.namespace or namespace):
        return False
    return all(key in labels and labels[key] == value for key, value in selector.items())


def target_of(manifest: Manifest, field: str) -> str:
    """The name of the Deployment that an autoscaler targets, "" for another kind."""
    target = as_map(dig(manifest.body, "spec", field))
    if str(target.get("kind") or "Deployment") != "Deployment":
        return ""
    return str(target.get("name") or "")


def governs(rule: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether a DestinationRule is about a Service."""
    homes = service.ref.namespace or namespace, rule.ref.namespace or namespace
    about = rule.ref.kind == "DestinationRule" and rule.ref.group == "networking.istio.io"
    return about and host_tail(dig(rule.body, "spec", "host"), service.ref.name, *homes) is not None


def points_at(route: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether an Ingress, VirtualService, HTTPRoute or the like sends traffic to a Service."""
    name, kind = service.ref.name, route.ref.kind
    same = (route.ref.namespace or namespace) == (service.ref.namespace or namespace)
    spec = route.body.get("spec")
    if kind == "Ingress":
        backends = [as_map(dig(spec, "defaultBackend")), as_map(dig(spec, "backend"))]
        backends += [
            as_map(path.get("backend"))
            for rule in maps(dig(spec, "rules"))
            for path in maps(dig(rule, "http", "paths"))
        ]
        return same and any(name in (dig(b, "service", "name"), b.get("serviceName")) for b in backends)
    if kind == "VirtualService":
        where = service.ref.namespace or namespace
        here = route.ref.namespace or namespace
        routes = [r for family in ("http", "tcp", "tls") for r in maps(dig(spec, family))]
        hosts = [dig(d, "destination", "host") for r in routes for d in maps(r.get("route"))]
        return any(host_tail(host, name, where, here) is not None for host in hosts)
    if kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"):
        backends = [b for rule in maps(dig(spec, "rules")) for b in maps(rule.get("backendRefs"))]
        return same and any(b.get("name") == name and b.get("kind", "Service") == "Service" for b in backends)
    if kind == "IngressRoute":
        found = [s for rule in maps(dig(spec, "routes")) for s in maps(rule.get("services"))]
        return same and any(s.get("name") == name for s in found)
    return False
