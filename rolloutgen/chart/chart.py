"""A chart as an immutable value: every byte of every file, read once from a directory or an archive."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rolloutgen import goyaml
from rolloutgen.chart.disk import (
    DEFAULT_LIMITS,
    STAGING,
    VERSION_CONTROL,
    Limits,
    ignored_paths,
    parse_rules,
    read_archive,
    read_directory,
)
from rolloutgen.errors import ChartError, LimitError, UsageError

__all__ = ["Chart", "Limits", "load_chart", "write_chart"]

_MOST_VALUES = 300_000  # thousands are what large charts have


@dataclass(frozen=True)
class Chart:
    """A chart in memory. `root` is how messages name it; `files` holds the bytes by path (posix, relative to the root,
    subcharts under charts/ included), `modes` the permission bits of those that exist on disk."""

    root: str
    files: Mapping[str, bytes]
    modes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """Chart.yaml, parsed. Raises ChartError with the line where it is broken."""
        return self._mapping("Chart.yaml")

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The chart's own values.yaml, parsed; several documents are laid over each other. Raises ChartError."""
        if "values.yaml" not in self.files:
            return {}
        merged: Mapping[str, Any] = {}
        try:
            for document in goyaml.load_documents(self.text("values.yaml")):
                if not isinstance(document.body, dict | None):
                    raise ChartError("values.yaml is not a mapping", path="values.yaml", line=document.line)
                merged = goyaml.merge(merged, document.body or {})
        except goyaml.YamlError as fault:
            raise ChartError(f"broken YAML: {fault.problem}", path="values.yaml", line=fault.line) from None
        except LimitError as fault:
            raise LimitError(fault.what, path="values.yaml", line=fault.line, hint=fault.hint) from None
        return merged

    @property
    def name(self) -> str:
        """The name that Chart.yaml gives, which is also the first part of Helm's template paths."""
        return str(self.metadata.get("name") or "")

    @property
    def version(self) -> str:
        """The version that Chart.yaml gives."""
        return str(self.metadata.get("version") or "")

    @cached_property
    def digest(self) -> str:
        """A hash of all paths and bytes, within this process: equal charts render alike."""
        return f"{hash(tuple(sorted(self.files.items()))):x}"

    @cached_property
    def ignored(self) -> frozenset[str]:
        """The files that .helmignore hides from Helm. Raises ChartError where Helm refuses the rules."""
        try:
            return ignored_paths(self.files, parse_rules(self.files.get(".helmignore", b"").decode("utf-8", "replace")))
        except ValueError as fault:
            raise ChartError(f"Helm refuses these rules: {fault}", path=".helmignore") from None

    @property
    def visible(self) -> Mapping[str, bytes]:
        """The files without those that .helmignore hides."""
        return {path: data for path, data in self.files.items() if path not in self.ignored}

    @property
    def template_paths(self) -> tuple[str, ...]:
        """The files under templates/ of this chart (not of its subcharts) that Helm renders or includes, sorted."""
        return tuple(path for path in sorted(self.files) if path.startswith("templates/") and path not in self.ignored)

    def text(self, path: str) -> str:
        """The file as text, byte-order mark and newlines as they are. Raises ChartError when absent, or when it or its
        name is not UTF-8."""
        if (name := path.encode("utf-8", "backslashreplace").decode()) != path:
            raise ChartError("a file name that is not UTF-8", path=name, hint="Rename the file.")
        try:
            return self.files[path].decode("utf-8")
        except KeyError:
            raise ChartError("no such file in the chart", path=path) from None
        except UnicodeDecodeError as fault:
            line = self.files[path].count(b"\n", 0, fault.start) + 1
            raise ChartError("not UTF-8", path=path, line=line, hint="Convert the file to UTF-8.") from None

    def with_files(self, changes: Mapping[str, bytes | None]) -> Chart:
        """The chart with some files replaced or added; None removes one."""
        files = {path: data for path, data in self.files.items() if changes.get(path, b"") is not None}
        files.update((path, data) for path, data in changes.items() if data is not None)
        return replace(self, files=files)

    def _mapping(self, path: str) -> Mapping[str, Any]:
        try:
            body = goyaml.load(self.text(path).removeprefix("\ufeff"))
        except goyaml.YamlError as fault:
            raise ChartError(f"broken YAML: {fault.problem}", path=path, line=fault.line) from None
        except LimitError as fault:
            raise LimitError(fault.what, path=path, line=fault.line, hint=fault.hint) from None
        if not isinstance(body, dict):
            raise ChartError(f"{path} is not a mapping", path=path, line=1)
        return body


def load_chart(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Chart:
    """The chart in a directory or a .tgz archive.

    Raises ChartError when it is not a chart, Chart.yaml is broken, or a link or an archive member leaves the chart;
    LimitError when it is larger than `limits`.
    """
    name = os.fspath(path)
    if os.path.isdir(name):
        files, modes = read_directory(name, limits)
    elif os.path.isfile(name):
        files, modes = read_archive(name, limits), {}
    else:
        raise ChartError("no such chart", path=name, hint="Give a chart directory or a .tgz archive.")
    if "Chart.yaml" not in files:
        raise ChartError("not a chart: it has no Chart.yaml", path=name, hint=_where_charts_are(files))
    _bound_values(files)
    chart = Chart(name, files, modes)
    if not chart.name:
        raise ChartError("Chart.yaml gives no name", path="Chart.yaml", hint="Add `name:` to Chart.yaml.")
    return chart


def _bound_values(files: Mapping[str, bytes]) -> None:
    """Refuses values of which Helm would make gigabytes: it copies them for each subchart and each render."""
    for path, data in files.items():
        if not path.endswith("values.yaml") or len(data) < _MOST_VALUES:
            continue
        if data.count(b":") + data.count(b",") + data.count(b"- ") > _MOST_VALUES:
            hint = "What is data belongs into a file of its own, which a template reads by .Files."
            raise LimitError(f"more than {_MOST_VALUES} values", path=path, hint=hint)


def write_chart(before: Chart, after: Chart, target: str | os.PathLike[str]) -> None:
    """Writes what differs between `before`, as it was loaded, and `after`.

    `target` is the directory that `before` came from, which is changed in place, or a new one, which becomes a copy of
    it with the changes; a target that holds exactly `after` already is left alone. What a killed run leaves in place is
    finished by `finish_interrupted`.
    Raises ChartError when a file has changed on disk since it was loaded or cannot be written, UsageError for a target
    that holds something else or an archive that would have to change.
    """
    from rolloutgen.chart.write import replace_files

    where = os.fspath(target)
    changes: dict[str, bytes | None] = {
        path: data for path, data in after.files.items() if before.files.get(path) != data
    }
    changes.update(dict.fromkeys(path for path in before.files if path not in after.files))
    if os.path.realpath(where) != os.path.realpath(before.root):
        _write_new(before, changes, after, where)
        return
    if not os.path.isdir(where):
        raise UsageError("a packaged chart is not changed in place", path=where, hint="Name a directory by --output.")
    if changes:
        replace_files(where, before.files, changes, after.modes)


def _write_new(before: Chart, changes: Mapping[str, bytes | None], after: Chart, target: str) -> None:
    import shutil

    from rolloutgen.chart.write import fill_new_directory, write_into

    if os.path.isdir(target) and os.listdir(target):
        if read_directory(target, DEFAULT_LIMITS)[0] == after.files:
            return
        raise UsageError("the output directory is not empty", path=target, hint="Name a new directory, or empty it.")
    source = os.path.realpath(before.root)
    if os.path.isdir(source) and os.path.realpath(target).startswith(source + os.sep):
        raise UsageError("the output directory lies inside the chart", path=target)
    with fill_new_directory(target) as fresh:
        if os.path.isdir(source):
            ignored = shutil.ignore_patterns(*VERSION_CONTROL, STAGING)
            shutil.copytree(source, fresh, symlinks=True, ignore=ignored, dirs_exist_ok=True)
            write_into(fresh, changes, after.modes)
        else:
            write_into(fresh, after.files, after.modes)


def _where_charts_are(files: Mapping[str, bytes]) -> str:
    charts = sorted(posixpath.dirname(path) for path in files if posixpath.basename(path) == "Chart.yaml")
    return f"Charts are below it: {', '.join(charts[:5])}" if charts else "Give the directory that holds Chart.yaml."
