"""The Services that routes lead to: Ingress, HTTPRoute and VirtualService alike.

Where objects name a ConfigMap or Secret in the way that pod templates do, and what counts as their content.

Who sends traffic to whom in a render: selectors, Ingress and mesh routes, autoscaler targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rolloutgen.kube.istio import destinations, service_of
from rolloutgen.kube.naming import host_tail
from rolloutgen.kube.release import HTTP_ROUTE, INGRESSES, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.tree import as_map, dig, maps, rows, text, texts
from rolloutgen.model import Json, Manifest, Path


@dataclass(frozen=True, slots=True)
class Backend:
    """A place at `at` in `source` that names a Service of the same namespace."""

    source: Manifest
    at: Path
    service: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts whose requests come here; none, or "", where those of any host do (an Ingress's `defaultBackend`
        stands beside its rules)."""
        body = self.source.body
        if self.source.ref.kind == "Ingress":
            return tuple(text(row, "host") for index, row in rows(body, "spec", "rules") if self.at[2:3] == (index,))
        return tuple(texts(body, "spec", "hostnames" if self.source.ref.kind == "HTTPRoute" else "hosts"))


def _places(ingress: Manifest) -> Iterator[Path]:
    """Where an Ingress names a backend; `spec.backend` is that of the old API versions."""
    yield from (("spec", "defaultBackend"), ("spec", "backend"))
    for index, rule in rows(ingress.body, "spec", "rules"):
        for position, _ in rows(rule, "http", "paths"):
            yield ("spec", "rules", index, "http", "paths", position, "backend")


def backends(view: ReleaseView) -> Iterator[Backend]:
    """Every Service that a route of the release leads to, in the route's own namespace."""
    for ingress in view.all(*INGRESSES):
        for at in _places(ingress):
            backend = dig(ingress.body, *at)
            name = text(backend, "service", "name") or text(backend, "serviceName")
            port = dig(backend, "service", "port", "name") or dig(backend, "servicePort")
            if name and port != "use-annotation":  # the ALB controller's actions are no Services
                yield Backend(ingress, at, name)
    for route in view.all(HTTP_ROUTE):
        for index, rule in rows(route.body, "spec", "rules"):
            for position, row in rows(rule, "backendRefs"):
                name = text(row, "name")
                if name and text(row, "kind") in ("", "Service") and not text(row, "namespace"):
                    yield Backend(route, ("spec", "rules", index, "backendRefs", position), name)
    for target in view.all(VIRTUAL_SERVICE):
        for _, _, at, entry in destinations(target):
            found = service_of(text(entry, "destination", "host"), view.namespace(target))
            if found and found[0] == view.namespace(target):
                yield Backend(target, (*at, "destination", "host"), found[1])


KINDS = ("ConfigMap", "Secret")
CONTENT = ("binaryData", "data", "stringData")
# The key of a reference, the field in it that holds the name, and the kind that it names. imagePullSecrets are left
# out: an old pod must pull its image with the credentials of today.
SHAPES: Mapping[tuple[str, str], str] = {
    ("configMap", "name"): "ConfigMap",
    ("configMapRef", "name"): "ConfigMap",
    ("configMapKeyRef", "name"): "ConfigMap",
    ("secretRef", "name"): "Secret",
    ("secretKeyRef", "name"): "Secret",
    ("secret", "name"): "Secret",
    ("secret", "secretName"): "Secret",
}


def references(value: Json, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Every reference in an object: the path of the name, the kind, the name."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            here = (*path, key)
            kind = SHAPES.get((str(path[-1]), key)) if path else None
            if kind and isinstance(item, str):
                yield here, kind, item
            elif isinstance(item, (Mapping, list)):
                yield from references(item, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, index))


def is_config(manifest: Manifest) -> bool:
    """Whether an object is a ConfigMap or a Secret."""
    return manifest.ref.kind in KINDS and not manifest.ref.group


def target_of(manifest: Manifest, field: str) -> str:
    """The name of the Deployment that an autoscaler targets, "" for another kind."""
    target = as_map(dig(manifest.body, "spec", field))
    if str(target.get("kind") or "Deployment") != "Deployment":
        return ""
    return str(target.get("name") or "")


def governs(rule: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether a DestinationRule is about a Service."""
    homes = service.ref.home(namespace), rule.ref.home(namespace)
    about = rule.ref.kind == "DestinationRule" and rule.ref.group == "networking.istio.io"
    return about and host_tail(dig(rule.body, "spec", "host"), service.ref.name, *homes) is not None


def points_at(route: Manifest, service: Manifest, namespace: str) -> bool:
    """Whether an Ingress, VirtualService, HTTPRoute or the like sends traffic to a Service."""
    name, kind = service.ref.name, route.ref.kind
    same = route.ref.home(namespace) == service.ref.home(namespace)
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
        where = service.ref.home(namespace)
        here = route.ref.home(namespace)
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
