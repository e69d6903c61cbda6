"""What names the traffic Service elsewhere: Ingress backends, Gateway API routes, and addresses in any text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Patched, Target
from rolloutgen.kube.naming import rename_service
from rolloutgen.kube.tree import as_list, as_map, dig, map_strings, path_text, put
from rolloutgen.model import Diagnostic, Json, Manifest, Path

RULE = "service-reference"
BARE_RULE = "bare-service-name"

_INGRESS_GROUPS = ("networking.k8s.io", "extensions")
_GATEWAY_API = "gateway.networking.k8s.io"

# Names, labels and selectors are no addresses, whatever they look like; `image: x/app:8080` is none either.
_NO_ADDRESS = frozenset(
    {"name", "namespace", "labels", "selector", "matchLabels", "matchExpressions", "nodeSelector", "image", "tag"}
)
_BASE64 = frozenset({"data", "binaryData"})
_PLAIN_DATA = frozenset({"data", "stringData"})
# Variables and annotations whose value is a name of another kind.
_NO_SERVICE = re.compile(
    r"(?:variable|annotation) (?:OTEL_|DD_|JAEGER_|ELASTIC_APM_|NEW_RELIC_|SPRING_APPLICATION_"
    r"|.*(?:APP|APPLICATION|CONTAINER|POD|WORKLOAD|USER|DEPLOYMENT|RELEASE|CHART|CONFIG_?MAP|SECRET|ACCOUNT|LEASE|LOCK)_?(?:NAME)?$"
    r"|.*(?:-container|-logs-container|release-name|/name|/instance|/component)$)"
)
# Megabytes of descriptions.
_CRD_SCHEMAS = (("spec", "versions"), ("spec", "validation"))


def rename_references(body: Mapping[str, Any], manifest: Manifest, targets: Sequence[Target]) -> Patched:
    """`body` (of `manifest`) with each sure reference to a Service whose name goes changed to the stable one.

    `targets` are those whose Service's name goes. `body` itself where it holds none.
    """
    edits: list[tuple[Path, str]] = []
    changed: Any = body
    for target in targets:
        for path in _typed_paths(changed, manifest, target):
            if target.service and dig(changed, *path) == target.service.ref.name:
                changed = put(changed, path, target.stable)
                edits.append((path, RULE))
        for path, host in _sidecar_hosts(changed, manifest, target):
            changed = put(changed, path, host)
            edits.append((path, RULE))

    def readdressed(path: Path, text: str) -> str:
        new = text
        for target in targets:
            new = _renamed(new, manifest, target)
        if new is not text:
            edits.append((path, RULE))
        return new

    skip = _skipper(manifest)
    return map_strings(changed, readdressed, skip=skip), tuple(edits)


def bare_names(body: Mapping[str, Any], manifest: Manifest, targets: Sequence[Target]) -> Iterator[Diagnostic]:
    """A finding for each string that is just the old name where a Service may be meant.

    Secrets are left out: the finding would say what the value is.
    """
    if manifest.ref.kind == "Secret":
        return
    names = {target.service.ref.name: target.stable for target in targets if target.service}
    found: list[tuple[Path, str]] = []

    def note(path: Path, text: str) -> str:
        if (
            text in names
            and _may_be_service(path)
            and path[-2:] != ("command", 0)
            and not _NO_SERVICE.search(_label(body, path))
        ):
            found.append((path, text))
        return text

    map_strings(body, note, skip=_skipper(manifest, names_too=True))
    for path, name in found:
        yield Diagnostic(
            BARE_RULE,
            "warning",
            f"{_label(body, path)} is {name}, the old name of the Service {names[name]}",
            hint="Where it means the Service, write the stable one's name.",
            path=manifest.template,
            ref=manifest.ref,
            at=path,
        )


def _label(body: Mapping[str, Any], path: Path) -> str:
    """What a reader calls the string at `path`."""
    if path[-1] == "value" and "env" in path:
        return f"the variable {dig(body, *path[:-1], 'name')}"
    if "annotations" in path:
        return f"the annotation {path[-1]}"
    if path[-2:-1] in (("args",), ("command",)):
        return "an argument"
    return path_text(path)


def _renamed(text: str, manifest: Manifest, target: Target) -> str:
    if target.service is None:
        return text
    same = manifest.ref.home(target.release.namespace) == target.namespace
    return rename_service(text, target.service.ref.name, target.stable, target.namespace, same_namespace=same)


def _skipper(manifest: Manifest, *, names_too: bool = False) -> Any:
    """Which paths hold no address; with `names_too` those called `name` are looked at as well."""
    kind = manifest.ref.kind if not manifest.ref.group else ""
    schemas = _CRD_SCHEMAS if manifest.ref.kind == "CustomResourceDefinition" else ()

    def skip(path: Path) -> bool:
        if path in schemas:
            return True
        if kind in ("ConfigMap", "Secret") and path[0] in _PLAIN_DATA | _BASE64:
            return path[0] in _BASE64 and (kind == "Secret" or path[0] == "binaryData")
        if path[-1] == "name" and names_too:
            return path == ("metadata", "name")
        return path[-1] in _NO_ADDRESS and path[-2:-1] != ("annotations",)

    return skip


def _may_be_service(path: Path) -> bool:
    """Whether a path is one where programs or objects keep a Service's name."""
    if path[0] in _PLAIN_DATA or "annotations" in path or "args" in path or "command" in path:
        return True
    if path[-1] == "value":
        return "env" in path
    last = str(path[-1]).lower()
    if last.startswith("serviceaccount"):
        return False
    if last == "name":
        owners = [str(step).lower() for step in path[:-1] if isinstance(step, str)]
        owner = owners[-1] if owners else ""
        return ("service" in owner or "backend" in owner) and "account" not in owner
    return "service" in last or "host" in last


def _typed_paths(body: Mapping[str, Any], manifest: Manifest, target: Target) -> Iterator[Path]:
    ref = manifest.ref
    same = manifest.ref.home(target.release.namespace) == target.namespace
    if ref.kind == "Ingress" and ref.group in _INGRESS_GROUPS and same:
        yield from _ingress_paths(body)
    elif ref.group == _GATEWAY_API and ref.kind.endswith("Route"):
        own = manifest.ref.home(target.release.namespace)
        for path in _route_paths(body):
            backend = as_map(dig(body, *path))
            if _is_service(backend) and (backend.get("namespace") or own) == target.namespace:
                yield (*path, "name")


def _sidecar_hosts(body: Mapping[str, Any], manifest: Manifest, target: Target) -> Iterator[tuple[Path, str]]:
    """Where a Sidecar lets its pods know of the Service (`namespace/host`), and what stands there then: a host that is
    not in that list is none of the mesh to them. Istio adds the canary by itself, as a destination of the
    VirtualService (https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener)."""
    if manifest.ref.kind != "Sidecar" or manifest.ref.group != "networking.istio.io" or target.service is None:
        return
    for index, listener in enumerate(as_list(dig(body, "spec", "egress"))):
        for number, entry in enumerate(as_list(as_map(listener).get("hosts"))):
            home, slash, host = entry.partition("/") if isinstance(entry, str) else ("", "", "")
            tail = target.tail(host, manifest)
            if slash and tail and home in (".", "*", target.namespace):
                yield ("spec", "egress", index, "hosts", number), f"{home}/{target.stable}{tail}"


def _ingress_paths(body: Mapping[str, Any]) -> Iterator[Path]:
    backends: list[Path] = [("spec", "defaultBackend"), ("spec", "backend")]
    for index, rule in enumerate(as_list(dig(body, "spec", "rules"))):
        for number in range(len(as_list(dig(rule, "http", "paths")))):
            backends.append(("spec", "rules", index, "http", "paths", number, "backend"))
    for backend in backends:
        yield (*backend, "serviceName")
        yield (*backend, "service", "name")


def _route_paths(body: Mapping[str, Any]) -> Iterator[Path]:
    """Where a Gateway API route holds a reference to a backend: in rules, and in filters that mirror."""
    for index, rule in enumerate(as_list(dig(body, "spec", "rules"))):
        at = ("spec", "rules", index)
        yield from _mirror_paths(rule, at)
        for number, backend in enumerate(as_list(dig(rule, "backendRefs"))):
            yield (*at, "backendRefs", number)
            yield from _mirror_paths(backend, (*at, "backendRefs", number))


def _mirror_paths(holder: Json, at: Path) -> Iterator[Path]:
    for number in range(len(as_list(dig(holder, "filters")))):
        yield (*at, "filters", number, "requestMirror", "backendRef")


def _is_service(backend: Mapping[str, Any]) -> bool:
    return (backend.get("kind") or "Service") == "Service" and not backend.get("group")
