"""What names the traffic Service elsewhere: Ingress backends, Gateway API routes, and addresses in any text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolloutgen.convert.expected.target import Patched, Target
from rolloutgen.kube.naming import rename_service
from rolloutgen.kube.references import references_of
from rolloutgen.kube.release import SERVICE
from rolloutgen.kube.tree import dig, map_strings, path_text, put
from rolloutgen.model import Diagnostic, Manifest, Path

RULE = "service-reference"
BARE_RULE = "bare-service-name"

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
        for found in list(target.named_by(manifest._replace(body=changed))):
            if found.followed:
                changed = put(changed, found.at, found.renamed(target.stable))
                edits.append((found.at, RULE))

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
    others = {known.at for known in references_of(manifest) if known.kind != SERVICE} if found else set()
    for path, name in found:
        if path in others:
            continue
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
