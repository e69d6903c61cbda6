"""Whether a traffic Service's old name can go: what cannot move to a new name in one upgrade, and who else names it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..model import Manifest, Path, Rendered
from ..objects.naming import host_tail, rename_service
from ..objects.reading import strings
from ..objects.tree import as_list, as_map, dig, maps
from .routing import points_at

_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_CONVERSIONS: tuple[Path, ...] = (
    ("spec", "conversion", "webhook", "clientConfig", "service"),
    ("spec", "conversion", "webhookClientConfig", "service"),
)
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
    namespace = render.value_set.release.namespace
    home = service.ref.namespace or namespace
    for manifest in render.objects:
        for at, reference in _references(manifest):
            if reference.get("name") == service.ref.name and (reference.get("namespace") or home) == home:
                yield Hold(service, manifest, (*at, "name"), f"{manifest.ref} calls it by that name")
        if manifest.ref.kind == "Certificate" and manifest.ref.group == "cert-manager.io":
            here = manifest.ref.namespace or namespace
            for number, host in enumerate(as_list(dig(manifest.body, "spec", "dnsNames"))):
                if host_tail(host, service.ref.name, home, here) is not None:
                    why = f"{manifest.ref} is issued for that name, and its clients check it"
                    yield Hold(service, manifest, ("spec", "dnsNames", number), why)


def _from_elsewhere(service: Manifest, render: Rendered) -> Iterator[Hold]:
    """Objects in another namespace that name the Service as if it were in theirs, where the release has none of that
    name: such a namespace is often fixed, and the one into which the chart is installed."""
    namespace = render.value_set.release.namespace
    home = service.ref.namespace or namespace
    services = {(m.ref.namespace or namespace, m.ref.name) for m in render.objects if m.ref.kind == "Service"}
    for manifest in render.objects:
        where = manifest.ref.namespace or namespace
        if where == home or (where, service.ref.name) in services or manifest.ref.kind == "CustomResourceDefinition":
            continue
        here = replace(manifest, ref=replace(manifest.ref, namespace=home))
        routed = points_at(here, service, namespace) and not points_at(manifest, service, namespace)
        if routed or any(_addresses(manifest, service, home)):
            at: Path = ("metadata", "namespace") if manifest.ref.namespace else ("metadata", "name")
            why = f"{manifest.ref} names it from namespace {where}, which may be the one of the release"
            yield Hold(service, manifest, at, why)


def _as_elsewhere(service: Manifest, render: Rendered) -> Iterator[Hold]:
    """Texts with the Service's name in a namespace that is written out (NAME.ns.svc) and in which the release has no
    such Service: it is often the one into which the chart is installed."""
    namespace = render.value_set.release.namespace
    services = {(m.ref.namespace or namespace, m.ref.name) for m in render.objects if m.ref.kind == "Service"}
    name = service.ref.name
    pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}\.([a-z0-9-]+)\.svc(?![\w-])")
    for manifest in render.objects:
        for path, text in strings(manifest.body):
            for found in pattern.finditer(text) if ".svc" in text and manifest.ref.kind != "Sidecar" else ():
                if found[1] != (service.ref.namespace or namespace) and (found[1], name) not in services:
                    why = f"{manifest.ref} names it in namespace {found[1]}, which may be the one of the release"
                    yield Hold(service, manifest, path, why)


def _addresses(manifest: Manifest, service: Manifest, home: str) -> Iterator[bool]:
    """For each text of an object whether it has an address of the Service that holds in its own namespace alone."""
    name = service.ref.name
    for path, text in strings(manifest.body):
        if path[-1] not in _NO_ADDRESS and name in text:
            qualified = rename_service(text, name, "", home, same_namespace=False)
            yield rename_service(qualified, name, "", home, same_namespace=True) != qualified


def _references(manifest: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Where the API server itself is told to call a Service."""
    if manifest.ref.kind in _WEBHOOKS:
        for number, webhook in enumerate(maps(manifest.body.get("webhooks"))):
            yield ("webhooks", number, "clientConfig", "service"), as_map(dig(webhook, "clientConfig", "service"))
    elif manifest.ref.kind == "APIService":
        yield ("spec", "service"), as_map(dig(manifest.body, "spec", "service"))
    elif manifest.ref.kind == "CustomResourceDefinition":
        for path in _CONVERSIONS:
            yield path, as_map(dig(manifest.body, *path))
