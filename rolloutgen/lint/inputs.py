"""What arguments mean: charts, folders and files of manifests, a stream; and the charts of changed files.

Manifests that are no chart: files, folders and a rendered stream, read within bounds.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rolloutgen import goyaml
from rolloutgen.chart.manifests import keys_written_twice, ref_of, unwrapped
from rolloutgen.errors import ChartError, LimitError, RolloutgenError, UsageError
from rolloutgen.model import Manifest

STDIN = "<stdin>"
_NAMED = 3  # charts that a message lists
Kind = Literal["chart", "folder", "files", "stream"]


class Input(NamedTuple):
    """One thing to judge as a whole: a chart, or manifests that count as one release."""

    kind: Kind
    path: str
    files: tuple[str, ...] = ()


class Ask(NamedTuple):
    """What is asked of every chart of a call. `flags` name fields of Options that were chosen on the command line,
    `config` is the house file ("" for the nearest one), `second_opinion` the path of a kubeconform program."""

    flags: Mapping[str, Any] = {}
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


_MIB = 1024 * 1024
_LARGEST_FILE = 32 * _MIB
_LARGEST_OBJECT = 4 * _MIB  # an API server takes requests of 3 MiB
_MOST_TOKENS = 400_000  # of one object: what it takes in memory
_SUFFIXES = (".yaml", ".yml", ".json")
_OURS = frozenset({"rolloutgen.yaml", ".rolloutgen.yaml"})  # the house file and a chart's record


class Stream(NamedTuple):
    """What some files hold: their texts, the objects in order, what could not be read, and the files that hold no
    object."""

    texts: Mapping[str, str]
    objects: tuple[Manifest, ...]
    faults: tuple[RolloutgenError, ...] = ()
    others: tuple[str, ...] = ()


def files_below(folder: str) -> Iterator[str]:
    """Every YAML and JSON file below a folder, sorted; hidden folders, charts, rolloutgen's own and what links
    lead to are left out."""
    for here, folders, names in os.walk(folder):
        inside = "Chart.yaml" in names
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not inside)
        if not inside:
            names = sorted(name for name in names if name.endswith(_SUFFIXES) and name not in _OURS)
            yield from (path for path in (os.path.join(here, name) for name in names) if not os.path.islink(path))


def read_files(paths: Sequence[str], *, loose: bool = False) -> Stream:
    """The objects of files. `loose` (files of a folder, which nobody named) passes over documents that are no objects.

    What cannot be read or is no YAML is among `faults`, with file and line; the other files are read all the same.
    """
    texts: dict[str, str] = {}
    faults: list[RolloutgenError] = []
    for path in paths:
        try:
            texts[path] = _text(_bytes(path), path)
        except RolloutgenError as fault:
            faults.append(fault)
    return _stream(texts, faults, loose)


def read_stream(data: bytes, name: str = "<stdin>") -> Stream:
    """The objects of a rendered stream. Faults as in `read_files`."""
    try:
        if len(data) > _LARGEST_FILE:
            raise _too_large(name, len(data))
        texts = {name: _text(data, name)}
    except RolloutgenError as fault:
        return Stream({}, (), (fault,))
    return _stream(texts, [], loose=False)


def read_stdin(name: str = "<stdin>") -> Stream:
    """What the standard input holds, of which no more is read than is taken. Raises UsageError when it is closed."""
    if sys.stdin is None:
        raise UsageError("the standard input is closed", hint="pipe manifests into it, or name files")
    return read_stream(sys.stdin.buffer.read(_LARGEST_FILE + 1), name)


def _stream(texts: Mapping[str, str], faults: list[RolloutgenError], loose: bool) -> Stream:
    objects: list[Manifest] = []
    others: list[str] = []
    for path, text in texts.items():
        before = len(objects), len(faults)
        try:
            for found in _objects(path, text):
                if isinstance(found, ChartError):
                    faults.append(found)
                elif not loose or (found.ref.api_version and found.ref.kind):
                    objects.append(found)
        except RolloutgenError as fault:
            faults.append(fault)
        others += [path] if (len(objects), len(faults)) == before else []
    return Stream(texts, tuple(objects), tuple(faults), tuple(others))


def _objects(path: str, text: str) -> Iterator[Manifest | ChartError]:
    """The objects of a file in order, and in their place what cannot be read. Raises LimitError."""
    for raw, line in goyaml.split_documents(text):
        _bound(raw, path, line)
        try:
            document = goyaml.parse(raw, line)
        except goyaml.YamlError as fault:
            at = min(fault.line, len(text.splitlines()))
            yield ChartError(f"broken YAML: {fault.problem}", path=path, line=at, hint=_of_template(path, raw))
            continue
        except LimitError as fault:
            raise LimitError(fault.what, path=path, line=fault.line or line, why=fault.why) from None
        if document.body is None:
            continue
        if not isinstance(document.body, dict):
            yield ChartError("not an object: a manifest has apiVersion, kind and metadata", path=path, line=line)
            continue
        for position, item in unwrapped(document.body):
            twice = keys_written_twice(document.duplicates, position)
            yield Manifest(ref_of(item), item, path, "", line, twice)


def _of_template(path: str, raw: str) -> str:
    """What to do with a file that somebody named and that is the template of a chart."""
    chart = _chart_of(path) if "{{" in raw else ""
    return f"It is a template: name the chart, {chart}, which is rendered first." if chart else ""


def _chart_of(path: str) -> str:
    """The nearest folder above a file that is a chart; "" without one."""
    folder = os.path.dirname(path) or os.curdir
    while not _is_chart(folder):
        above = os.path.dirname(folder) or os.curdir
        if above == folder:
            return ""
        folder = above
    return folder


def _bound(raw: str, path: str, line: int) -> None:
    if len(raw) > _LARGEST_OBJECT:
        why = "An API server refuses requests above 3 MiB."
        raise LimitError(f"an object of {len(raw) // _MIB} MiB", path=path, line=line, why=why)
    if len(raw) > _MIB and sum(raw.count(sign) for sign in "\n,:[{") > _MOST_TOKENS:
        raise LimitError("an object of more fields than any has", path=path, line=line)


def _bytes(path: str) -> bytes:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise ChartError("neither a file nor a directory", path=path)
        if status.st_size > _LARGEST_FILE:
            raise _too_large(path, status.st_size)
        with open(path, "rb") as stream:
            return stream.read(_LARGEST_FILE + 1)
    except OSError as fault:
        raise ChartError(f"cannot be read: {fault.strerror}", path=path) from None


def _text(data: bytes, path: str) -> str:
    if b"\0" in data[:8192]:
        raise ChartError("a binary file, no manifest", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise ChartError("not UTF-8", path=path, line=line, hint="Convert the file to UTF-8.") from None


def _too_large(path: str, size: int) -> LimitError:
    bound = f"above the limit of {_LARGEST_FILE // _MIB} MiB"
    return LimitError(f"a file of {size // _MIB} MiB, {bound}", path=path, hint="Give it in parts.")
