"""The Services that routes lead to: Ingress, HTTPRoute and VirtualService alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rolloutgen.model import Manifest, Path
from rolloutgen.objects.mesh import destinations, service_of
from rolloutgen.objects.reading import rows, text, texts
from rolloutgen.objects.release import HTTP_ROUTE, INGRESSES, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.objects.tree import dig


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
