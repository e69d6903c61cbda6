"""What an engine does, and what all engines share: from Helm's raw answer to a Rendered.

A chart's files -> the archive that Helm's loader reads.
"""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from rolloutgen.chart.chart import Chart
from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.errors import RolloutgenError
from rolloutgen.helm.native import RawRender
from rolloutgen.model import Rendered, ValueSet


class HelmEngine(Protocol):
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


_ROOT = "chart"  # Helm drops the first part of each path


def pack(files: Mapping[str, bytes]) -> bytes:
    """A chart as a .tgz (stored, not compressed: it is unpacked a moment later in the same machine)."""
    whole = io.BytesIO()
    for path, data in files.items():
        if "\\" in path:
            continue
        member = tarfile.TarInfo(f"{_ROOT}/{path}")
        member.size = len(data)
        whole.write(member.tobuf(tarfile.GNU_FORMAT))
        whole.write(data)
        whole.write(bytes(-len(data) % 512))
    whole.write(bytes(1024))
    squeezer = zlib.compressobj(0, zlib.DEFLATED, 31)
    return squeezer.compress(whole.getbuffer()) + squeezer.flush()
