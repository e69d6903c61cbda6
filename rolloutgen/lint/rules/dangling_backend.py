"""A Service is named that the release does not render.

Why: An Ingress, route, variable, script or test that still says the old name of a Service leads nowhere after a
    conversion.
Fix: Name the stable Service (or the canary one where that is meant); make sure that a Service from elsewhere exists.
Source: Kubernetes and Istio accept it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rolloutgen.kube.references import find_named, references_of
from rolloutgen.kube.release import ROLLOUT, SERVICE, ReleaseView
from rolloutgen.kube.tree import integer, rows, strings
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation, Path

# Settings for a host may be about one outside, which reads the same.
_LEADING = frozenset({"route", "mirror", "called", "governs", "own"})
_TRACKS = ("-stable", "-active")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for manifest in view.objects:
        if (manifest.ref.group, manifest.ref.kind) != ROLLOUT:  # a rule of its own looks at these
            yield from _dangling(view, manifest)
    gone = [
        (service, old)
        for service in view.all(SERVICE)
        for old in (service.ref.name.removesuffix(track) for track in _TRACKS)
        if old != service.ref.name and view.beside(service, SERVICE, old) is None
    ]
    said = [] if not gone else [(m, at, value) for m in view.objects for at, value in strings(m.body) if _may_name(at)]
    for service, old in gone:
        yield from _mentions([place for place in said if old in place[2]], service, old)


def _dangling(view: ReleaseView, manifest: Manifest) -> Iterator[Observation]:
    """The Services of its own namespace that an object names and the release lacks."""
    for found in references_of(manifest, SERVICE):
        here = found.home(view.release.namespace) == view.namespace(manifest)
        if here and found.role in _LEADING and find_named(view, found) is None:
            message = f"Service {found.name!r} is not in the release: it must exist in its namespace"
            yield Observation(manifest, found.at, message)


def _may_name(at: Path) -> bool:
    return at[-1] != "image" and (at[0] != "metadata" or "annotations" in at)


def _mentions(said: Sequence[tuple[Manifest, Path, str]], service: Manifest, old: str) -> Iterator[Observation]:
    numbers = [integer(port, "port") for _, port in rows(service.body, "spec", "ports")]
    ports = "|".join(str(number) for number in numbers if number) or "0"
    name = re.escape(old)
    # As the authority of a URL, or with a port of the Service or a cluster domain behind it: a bare word may mean
    # something else.
    pattern = re.compile(
        rf"(?:(?<=//)|(?<=@)){name}(?![\w.-])|(?<![\w./-]){name}(?=:(?:{ports})(?!\d)|\.[\w-]+\.svc\b)"
    )
    for manifest, at, value in said:
        if pattern.search(value):
            yield Observation(
                manifest, at, f"Service {old!r} is named, and the release renders {service.ref.name!r} instead"
            )


RULE = Rule(
    code="dangling-backend",
    severity="warning",
    kinds=("*",),
    check=_faults,
    good="""
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
    bad="""
kind: Ingress
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
""",
)
