"""Reading pod templates: their containers and what lies in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolloutgen.model import Path
from rolloutgen.reading import rows, text
from rolloutgen.release import Pod, ReleaseView

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
