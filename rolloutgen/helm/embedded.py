"""Helm as a shared library in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import LimitError, RenderError, RolloutgenError
from rolloutgen.helm import native
from rolloutgen.helm.engine import finish, pack, release_options
from rolloutgen.model import Rendered, ValueSet


class EmbeddedEngine:
    """Renders in this process: quick, but nothing ends a template without end (WorkerEngine does)."""

    def __init__(self) -> None:
        self._packed: tuple[str, bytes] = ("", b"")

    @property
    def version(self) -> str:
        """The version of the Helm library inside."""
        return native.version()

    def render(self, chart: Chart, value_set: ValueSet) -> Rendered:
        """The chart under one value set. Raises RenderError."""
        values, options = json.dumps(value_set.values), release_options(value_set)
        return finish(native.render_packed(self._archive(chart), chart.name, values, options), chart.name, value_set)

    def render_all(self, chart: Chart, value_sets: Sequence[ValueSet]) -> Iterator[Rendered | RolloutgenError]:
        """Each value set's render, or its fault."""
        for value_set in value_sets:
            try:
                yield self.render(chart, value_set)
            except (RenderError, LimitError) as fault:
                yield fault

    def merge_values(self, chart: Chart, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Defaults and overrides as Helm coalesces them. Raises RenderError."""
        return native.merge_packed(self._archive(chart), chart.name, json.dumps(values))

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        """Helm's own `--set` parser. Raises UsageError."""
        return native.parse_set(",".join(expressions))

    def close(self) -> None:
        """Nothing to end."""

    def _archive(self, chart: Chart) -> bytes:
        if self._packed[0] != chart.digest:
            self._packed = (chart.digest, pack(chart.visible))
        return self._packed[1]
