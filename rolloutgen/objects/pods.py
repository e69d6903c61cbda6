"""Reading pod templates: their containers and what lies in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolloutgen.model import Path
from rolloutgen.objects.reading import rows, text
from rolloutgen.objects.release import CONFIG_MAP, SECRET, Kind, Pod, ReleaseView

_LISTS = ("initContainers", "containers")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod template, with its path in the object."""

    pod: Pod
    at: Path
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a message names it."""
        name = text(self.body, "name")
        return f"container {name!r}" if name else f"container {self.at[-1]}"


def containers_of(pod: Pod) -> Iterator[Container]:
    """The init containers and the containers of a pod template."""
    for field in _LISTS:
        for index, body in rows(pod.body, "spec", field):
            yield Container(pod, (*pod.at, "spec", field, index), body)


def containers(view: ReleaseView) -> Iterator[Container]:
    """Every container of the release."""
    for pod in view.pods:
        yield from containers_of(pod)


@dataclass(frozen=True, slots=True)
class ConfigUse:
    """Where a pod template uses a ConfigMap or Secret. `mounted` files follow the object while the pod runs; what is
    not mounted (environment, subPath) stays as it was when the container started."""

    kind: Kind
    name: str
    at: Path
    mounted: bool


def config_uses(pod: Pod) -> Iterator[ConfigUse]:
    """Every use of a ConfigMap or Secret that a pod template names."""
    fixed = {
        text(mount, "name") for c in containers_of(pod) for _, mount in rows(c.body, "volumeMounts") if _is_fixed(mount)
    }
    for index, volume in rows(pod.body, "spec", "volumes"):
        at = (*pod.at, "spec", "volumes", index)
        mounted = text(volume, "name") not in fixed
        yield ConfigUse(CONFIG_MAP, text(volume, "configMap", "name"), at, mounted)
        yield ConfigUse(SECRET, text(volume, "secret", "secretName"), at, mounted)
        for _, source in rows(volume, "projected", "sources"):
            yield ConfigUse(CONFIG_MAP, text(source, "configMap", "name"), at, mounted)
            yield ConfigUse(SECRET, text(source, "secret", "name"), at, mounted)
    for container in containers_of(pod):
        for index, source in rows(container.body, "envFrom"):
            at = (*container.at, "envFrom", index)
            yield ConfigUse(CONFIG_MAP, text(source, "configMapRef", "name"), at, False)
            yield ConfigUse(SECRET, text(source, "secretRef", "name"), at, False)
        for index, variable in rows(container.body, "env"):
            at = (*container.at, "env", index)
            yield ConfigUse(CONFIG_MAP, text(variable, "valueFrom", "configMapKeyRef", "name"), at, False)
            yield ConfigUse(SECRET, text(variable, "valueFrom", "secretKeyRef", "name"), at, False)


def _is_fixed(mount: Mapping[str, Any]) -> bool:
    return bool(text(mount, "subPath") or text(mount, "subPathExpr"))
