"""Which value sets a conversion is proven under: the user's, the chart's own, and those derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import goyaml
from .chart import Chart
from .errors import UsageError
from .helm import Engine
from .model import Release, ValueSet
from .options import Options

SHORT = Release("rg", "rg-a")
LONG = Release("release-name-of-the-longest-kind-that-helm-permits-53", "rg-b")


def value_sets_of(chart: Chart, options: Options, engine: Engine) -> tuple[ValueSet, ...]:
    """The value sets of a chart; the first is what the user gave (or the defaults) under a short release name.

    Raises UsageError where a values file cannot be read.
    """
    base = layered(options.values, options.sets, engine)
    return tuple(_sets(base, options))


def _sets(base: Mapping[str, Any], options: Options) -> Iterator[ValueSet]:
    name = "values" if base else "defaults"
    for release in (SHORT, LONG):
        yield ValueSet(name, base, _with_version(release, options))


def _with_version(release: Release, options: Options) -> Release:
    return Release(release.name, release.namespace, options.kube_version)


def layered(files: Sequence[str], sets: Sequence[str], engine: Engine) -> Mapping[str, Any]:
    """`--values` files over each other and `--set` over them, as Helm does. Raises UsageError."""
    merged: Mapping[str, Any] = {}
    for path in files:
        merged = goyaml.merge(merged, read_values(path))
    return goyaml.merge(merged, engine.set_values(sets)) if sets else merged


def read_values(path: str) -> Mapping[str, Any]:
    """A values file. Raises UsageError where it is missing or no YAML mapping."""
    try:
        body = goyaml.load(Path(path).read_text(encoding="utf-8").removeprefix("\ufeff"))
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path=path) from None
    except goyaml.YamlError as fault:
        raise UsageError(f"broken YAML: {fault.problem}", path=path, line=fault.line) from None
    if body is not None and not isinstance(body, dict):
        raise UsageError("the values are not a mapping", path=path, line=1)
    return body or {}
