"""What an engine does, and what all engines share: from Helm's raw answer to a Rendered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from ..chart.chart import Chart
from ..chart.manifests import parse_rendered
from ..errors import RolloutgenError, UsageError
from ..model import Rendered, ValueSet
from .native import RawRender


class Engine(Protocol):
    """Helm, embedded or as a program. All raise RenderError and LimitError, and UsageError when Helm is not there."""

    @property
    def version(self) -> str:
        """Helm's version, "v4.2.3"."""

    def render(self, chart: Chart, value_set: ValueSet) -> Rendered:
        """The chart under one value set, hooks, tests and NOTES.txt included."""

    def render_all(self, chart: Chart, value_sets: Sequence[ValueSet]) -> Iterator[Rendered | RolloutgenError]:
        """For each value set, in order, its render or the fault that `render` would raise."""

    def merge_values(self, chart: Chart, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The effective values: the chart's defaults with `values` over them, null removing a default."""

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        """What `--set` makes of its arguments, later ones over earlier ones."""

    def close(self) -> None:
        """Ends what the engine keeps running; it may be called again."""


def finish(raw: RawRender, chart_name: str, value_set: ValueSet) -> Rendered:
    """The render with paths relative to the chart's root and its objects parsed. Raises as `parse_rendered` does."""
    files = {path.removeprefix(f"{chart_name}/"): text for path, text in raw.files.items()}
    return Rendered(value_set, files, parse_rendered(files), raw.values)


def release_options(value_set: ValueSet) -> str:
    """The release as helm_render's JSON options."""
    release = value_set.release
    options: dict[str, Any] = {"name": release.name, "namespace": release.namespace, "is_upgrade": release.is_upgrade}
    if not release.is_upgrade:
        options["is_install"] = True
    if release.kube_version:
        options["kube_version"] = release.kube_version
    if release.api_versions:
        options["api_versions"] = list(release.api_versions)
    return json.dumps(options)


def open_engine(choice: str, seconds: float = 0) -> Engine:
    """The engine that `--helm` names: "embedded" (in a worker process), or the path of a helm program. `seconds` bounds
    one render, 0 stands for the engine's own bound.

    Raises UsageError when the embedded Helm has no wheel for this platform or the program is not there.
    """
    if choice != "embedded":
        from .binary import BinaryEngine

        return BinaryEngine(choice, seconds=seconds) if seconds else BinaryEngine(choice)
    from importlib.util import find_spec

    if find_spec("helm_python") is None:
        raise UsageError(
            "the embedded Helm is not installed",
            why="helm-python-sdk has wheels for Linux (glibc, x86_64 and aarch64), macOS on arm64 and Windows.",
            hint="Name a helm program with --helm PATH.",
        )
    from .isolated import WorkerEngine

    return WorkerEngine(seconds=seconds) if seconds else WorkerEngine()
