"""Helm as a shared library in this process (helm-python-sdk, alpha: nothing else may touch it)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..chart import Chart
from ..errors import RolloutgenError, UsageError
from ..model import Rendered, ValueSet
from .archive import pack
from .engine import RawRender, finish, release_options
from .messages import readable


class HelmFault(Exception):
    """What Helm says, as it says it."""


def render_archive(archive: bytes, values_json: str, options_json: str) -> RawRender:
    """Renders a packed chart. Raises HelmFault.

    A chart handle is changed by rendering: load, render once, close. Dependencies are processed by then, so that the
    effective values carry aliases and imported values.
    """
    native, chart_class, fault_class = _library()
    try:
        with chart_class.load_archive(archive) as handle:
            raw = handle._raw()
            rendered = native.call_string("helm_render", raw, values_json, options_json)
            merged = native.call_string("helm_chart_merge_values", raw, values_json)
    except fault_class as fault:
        raise HelmFault(str(fault)) from None
    return RawRender(json.loads(rendered), json.loads(merged))


class EmbeddedEngine:
    """Renders in this process: quick, but nothing ends a template without end (WorkerEngine does)."""

    def __init__(self) -> None:
        self._native, _, _ = _library()
        self._packed: tuple[str, bytes] = ("", b"")

    @property
    def version(self) -> str:
        """The version of the Helm library inside."""
        return str(self._native.helm_sdk_version())

    def render(self, chart: Chart, value_set: ValueSet) -> Rendered:
        """The chart under one value set. Raises RenderError."""
        try:
            raw = render_archive(self._archive(chart), json.dumps(value_set.values), release_options(value_set))
        except HelmFault as fault:
            raise readable(str(fault), chart.name) from None
        return finish(raw, chart.name, value_set)

    def render_all(self, chart: Chart, value_sets: Sequence[ValueSet]) -> Iterator[Rendered | RolloutgenError]:
        """Each value set's render, or its fault."""
        for value_set in value_sets:
            try:
                yield self.render(chart, value_set)
            except RolloutgenError as fault:
                yield fault

    def merge_values(self, chart: Chart, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Defaults and overrides as Helm coalesces them. Raises RenderError."""
        _, chart_class, fault_class = _library()
        try:
            with chart_class.load_archive(self._archive(chart)) as handle:
                merged = self._native.call_string("helm_chart_merge_values", handle._raw(), json.dumps(values))
        except fault_class as fault:
            raise readable(str(fault), chart.name) from None
        return dict(json.loads(merged))

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        """Helm's own `--set` parser. Raises UsageError."""
        _, _, fault_class = _library()
        try:
            return dict(json.loads(self._native.call_string("helm_strvals_parse", ",".join(expressions))))
        except fault_class as fault:
            raise UsageError(f"--set: {re.sub(r'^.*?: ', '', str(fault), count=1)}") from None

    def close(self) -> None:
        """Nothing to end."""

    def _archive(self, chart: Chart) -> bytes:
        if self._packed[0] != chart.digest:
            self._packed = (chart.digest, pack(chart))
        return self._packed[1]


def _library() -> tuple[Any, Any, type[Exception]]:
    try:
        import helm_python
        from helm_python import _native
    except ImportError as missing:
        raise UsageError(
            "the embedded Helm is not installed",
            why=f"{missing}. helm-python-sdk has wheels for Linux (glibc), macOS on arm64 and Windows.",
            hint="Name a helm program with --helm PATH.",
        ) from None
    return _native, helm_python.Chart, helm_python.HelmError
