"""The calls into Helm's shared library (helm-python-sdk, alpha: nothing else may touch it). Plain data in and out."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from rolloutgen.errors import LimitError, UsageError
from rolloutgen.helm.messages import readable

_LARGEST_RENDER = 64 * 1024 * 1024


class RawRender(NamedTuple):
    """Helm's own answer: text by template path with the chart's name in front, and the effective values."""

    files: dict[str, str]
    values: dict[str, Any]


def render_packed(archive: bytes, chart_name: str, values_json: str, options_json: str) -> RawRender:
    """Renders a packed chart. Raises RenderError.

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
        raise readable(str(fault), chart_name) from None
    if len(rendered) > _LARGEST_RENDER:
        raise LimitError(f"the chart renders to {len(rendered) // 1024**2} MiB")
    return RawRender(json.loads(rendered), json.loads(merged))


def merge_packed(archive: bytes, chart_name: str, values_json: str) -> dict[str, Any]:
    """Defaults and overrides of a packed chart as Helm coalesces them. Raises RenderError."""
    native, chart_class, fault_class = _library()
    try:
        with chart_class.load_archive(archive) as handle:
            merged = native.call_string("helm_chart_merge_values", handle._raw(), values_json)
    except fault_class as fault:
        raise readable(str(fault), chart_name) from None
    return dict(json.loads(merged))


def parse_set(expressions: str) -> dict[str, Any]:
    """What Helm makes of `a.b=1,c[0]=x`. Raises UsageError."""
    native, _, fault_class = _library()
    try:
        return dict(json.loads(native.call_string("helm_strvals_parse", expressions)))
    except fault_class as fault:
        raise UsageError(f"--set {expressions}: {str(fault).strip()}") from None


def version() -> str:
    """The version of the Helm library inside. Raises UsageError when there is none for this platform."""
    return str(_library()[0].helm_sdk_version())


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
