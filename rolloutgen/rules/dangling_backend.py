"""A Service is named that the release does not render.

Why: An Ingress, route, variable, script or test that still says the old name of a Service leads nowhere after a
    conversion.
Fix: Name the stable Service (or the canary one where that is meant); make sure that a Service from elsewhere exists.
Source: Kubernetes and Istio accept it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.mesh import destinations, service_of
from rolloutgen.model import Manifest, Path
from rolloutgen.reading import integer, rows, strings, text
from rolloutgen.release import HTTP_ROUTE, INGRESSES, SERVICE, VIRTUAL_SERVICE, ReleaseView
from rolloutgen.rule import Fault, Rule
from rolloutgen.tree import dig

_TRACKS = ("-stable", "-active")


def _faults(view: ReleaseView) -> Iterator[Fault]:
    for source, at, name in _backends(view):
        if name and view.beside(source, SERVICE, name) is None:
            yield Fault(source, at, f"Service {name!r} is not in the release: it must exist in its namespace")
    for service in view.all(SERVICE):
        for track in _TRACKS:
            old = service.ref.name.removesuffix(track)
            if old != service.ref.name and view.beside(service, SERVICE, old) is None:
                yield from _mentions(view, service, old)


def _mentions(view: ReleaseView, service: Manifest, old: str) -> Iterator[Fault]:
    numbers = [integer(port, "port") for _, port in rows(service.body, "spec", "ports")]
    ports = "|".join(str(number) for number in numbers if number) or "0"
    name = re.escape(old)
    # As the authority of a URL, or with a port of the Service or a cluster domain behind it: a bare word may mean
    # something else.
    pattern = re.compile(
        rf"(?:(?<=//)|(?<=@)){name}(?![\w.-])|(?<![\w./-]){name}(?=:(?:{ports})(?!\d)|\.[\w-]+\.svc\b)"
    )
    for manifest in view.objects:
        for at, value in strings(manifest.body):
            if at[-1] == "image" or (at[0] == "metadata" and "annotations" not in at) or not pattern.search(value):
                continue
            yield Fault(manifest, at, f"Service {old!r} is named, and the release renders {service.ref.name!r} instead")


def _backends(view: ReleaseView) -> Iterator[tuple[Manifest, Path, str]]:
    for ingress in view.all(*INGRESSES):
        for index, rule in rows(ingress.body, "spec", "rules"):
            for position, path in rows(rule, "http", "paths"):
                name = text(path, "backend", "service", "name") or text(path, "backend", "serviceName")
                port = dig(path, "backend", "service", "port", "name") or dig(path, "backend", "servicePort")
                if port != "use-annotation":  # the ALB controller's actions are no Services
                    yield ingress, ("spec", "rules", index, "http", "paths", position, "backend"), name
    for route in view.all(HTTP_ROUTE):
        for index, rule in rows(route.body, "spec", "rules"):
            for position, backend in rows(rule, "backendRefs"):
                if text(backend, "kind") in ("", "Service") and not text(backend, "namespace"):
                    yield route, ("spec", "rules", index, "backendRefs", position, "name"), text(backend, "name")
    for target in view.all(VIRTUAL_SERVICE):
        for _, _, at, entry in destinations(target):
            found = service_of(text(entry, "destination", "host"), view.namespace(target))
            if found and found[0] == view.namespace(target):
                yield target, (*at, "destination", "host"), found[1]


RULE = Rule(
    id="dangling-backend",
    severity="warning",
    check=_faults,
    good=(
        """
kind: Service
metadata: {name: web-stable}
---
kind: Ingress
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web-stable, port: {number: 80}}}}]}}]
---
kind: ConfigMap
data: {url: "http://web-stable:80", app: web}
""",
    ),
    bad=(
        """
kind: Ingress
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
""",
        """
kind: Service
metadata: {name: web-stable}
---
kind: ConfigMap
data: {url: "http://web:80/health"}
""",
        """
kind: VirtualService
spec: {hosts: [web.example.com], http: [{route: [{destination: {host: web}}]}]}
""",
    ),
)
