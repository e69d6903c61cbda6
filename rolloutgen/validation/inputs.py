"""What arguments mean: charts, folders and files of manifests, a stream; and the charts of changed files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import UsageError

STDIN = "<stdin>"
_NAMED = 3  # charts that a message lists
Kind = Literal["chart", "folder", "files", "stream"]


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to judge as a whole: a chart, or manifests that count as one release."""

    kind: Kind
    path: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What is asked of every chart of a call. `flags` name fields of Options that were chosen on the command line,
    `config` is the house file ("" for the nearest one), `second_opinion` the path of a kubeconform program."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    schema_locations: tuple[str, ...] = ()
    second_opinion: str = ""


def inputs_of(paths: Sequence[str]) -> list[Input]:
    """The inputs that arguments name, in order and once each: a directory with Chart.yaml and a .tgz are charts,
    another directory is its manifests, as one set, and every chart below it; "-" is a rendered stream; all files that
    are named are one set.

    Raises UsageError for what does not exist, and for a directory that holds neither charts nor manifests.
    """
    found: list[Input] = []
    files: list[str] = []
    for path in map(os.path.normpath, paths):
        if path == "-":
            found.append(Input("stream", STDIN))
        elif os.path.isdir(path):
            found += [Input("chart", path)] if _is_chart(path) else _of_folder(path)
        elif not os.path.exists(path):
            raise UsageError("no such file or directory", path=path)
        elif path.endswith((".tgz", ".tar.gz")):
            found.append(Input("chart", path))
        else:
            files.append(path)
    if files:
        found.append(Input("files", files[0] if len(files) == 1 else "manifests", tuple(dict.fromkeys(files))))
    return list(dict.fromkeys(found))


def input_of(path: str) -> Input:
    """The one input that an argument names.

    Raises UsageError as `inputs_of` does, and for a folder that holds several: charts, or a chart beside manifests.
    """
    found = inputs_of([path])
    if len(found) == 1:
        return found[0]
    charts = [one.path for one in found if one.kind == "chart"]
    named = ", ".join(charts[:_NAMED]) + (", ..." if len(charts) > _NAMED else "")
    what = "manifests beside charts" if len(charts) < len(found) else "several charts"
    raise UsageError(f"a folder with {what}", path=path, hint=f"Name one chart ({named}) or the files.")


def charts_below(folder: str) -> Iterator[str]:
    """Every chart directory below a folder, or itself, sorted; subcharts in charts/ and hidden folders are left out."""
    for here, folders, files in os.walk(folder):
        inside = "Chart.yaml" in files
        skipped = ("charts", "templates") if inside else ()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in skipped)
        if inside:
            yield here


def charts_of(files: Iterable[str]) -> Iterator[str]:
    """The charts that hold any of `files`, once each: of a chart in another's charts/ the outer one."""
    seen: set[str] = set()
    for file in files:
        chart = _chart_above(os.path.normpath(file))
        if chart is not None and chart not in seen:
            seen.add(chart)
            yield chart


def _of_folder(path: str) -> list[Input]:
    from .streams import files_below

    files = tuple(files_below(path))
    found = [Input("folder", path, files)] if files else []
    found += (Input("chart", os.path.normpath(chart)) for chart in charts_below(path))
    if not found:
        hint = "Give YAML or JSON files, or a folder that holds a Chart.yaml."
        raise UsageError("neither a chart nor a folder with charts or manifests", path=path, hint=hint)
    return found


def _is_chart(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "Chart.yaml"))


def _chart_above(file: str) -> str | None:
    """The outermost chart of a file; "." where the current directory is the chart."""
    folder, chart = file, None
    while folder not in ("", os.sep, os.curdir):
        above = os.path.dirname(folder)
        if _is_chart(above or os.curdir) and (chart is None or os.path.basename(os.path.dirname(chart)) == "charts"):
            if chart is not None and os.path.dirname(os.path.dirname(chart)) != above:
                break
            chart = above or os.curdir
        folder = above
    return chart
