"""Helm as a program: `helm template` on a copy of the chart, for platforms without the embedded one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import LimitError, RenderError, RolloutgenError, UsageError
from rolloutgen.helm.engine import finish
from rolloutgen.helm.messages import readable
from rolloutgen.helm.native import RawRender
from rolloutgen.model import Rendered, ValueSet

_SOURCE = re.compile(r"^---\n# Source: (.+)\n", re.MULTILINE)
_MOST = 256 * 1024**2  # of what it prints
_KUBE_VERSION = re.compile(rb"^kubeVersion:.*\n?", re.MULTILINE)
_TOO_OLD = "which is incompatible with Kubernetes"
# `helm template` prints neither the effective values nor NOTES.txt: two templates of ours do, as JSON in an object.
# The one for the values lies so deep that Helm renders it before any template of the chart can change them.
_VALUES_PROBE = "templates/rg/probe/of/the/effective/values/of/this/chart.yaml"
_NOTES_PROBE = "templates/rg-probe-notes.yaml"
_VALUES = "rolloutgenProbe: {{ toJson .Values | toJson }}\n"
_NOTES = 'rolloutgenProbe: {{ include (print .Chart.Name "/templates/NOTES.txt") . | toJson }}\n'


class BinaryEngine:
    """Renders by a `helm` program of version 3 or 4. `seconds` and `memory_bytes` bound one call."""

    def __init__(self, program: str, *, seconds: float = 60.0, memory_bytes: int = 8 * 1024**3) -> None:
        found = shutil.which(program)
        if not found:
            raise UsageError(
                f"no such program: {program}", hint="--helm takes the path of a helm program, or `embedded`."
            )
        self._program, self._seconds, self._memory = os.path.abspath(found), seconds, memory_bytes
        self._folder = tempfile.TemporaryDirectory(prefix="rolloutgen-")
        self._written: tuple[str, bool] = ("", False)

    @property
    def version(self) -> str:
        """What `helm version` says. Raises UsageError when the program is no Helm."""
        said = self._run("version", "--template", "{{.Version}}").strip()
        if not re.fullmatch(r"v\d+\.\d+.*", said):
            raise UsageError(f"{self._program} is not Helm: it calls its version {said[:80]!r}")
        return said

    def render(self, chart: Chart, value_set: ValueSet) -> Rendered:
        """The chart under one value set. Raises RenderError, LimitError, and UsageError when the program fails."""
        release = value_set.release
        arguments = ["template", release.name, "CHART", "--namespace", release.namespace, "--values", "-"]
        arguments += ["--kube-version", release.kube_version] if release.kube_version else []
        arguments += [part for version in release.api_versions for part in ("--api-versions", version)]
        arguments += ["--is-upgrade"] if release.is_upgrade else []
        said = self._template(chart, arguments, json.dumps(value_set.values, ensure_ascii=False))
        raw = _split(said, chart.name)
        return finish(RawRender(raw.files, _without_nulls(raw.values)), chart.name, value_set)

    def render_all(self, chart: Chart, value_sets: Sequence[ValueSet]) -> Iterator[Rendered | RolloutgenError]:
        """Each value set's render, or its fault."""
        for value_set in value_sets:
            try:
                yield self.render(chart, value_set)
            except (RenderError, LimitError) as fault:
                yield fault

    def merge_values(self, chart: Chart, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Defaults and overrides as Helm coalesces them. Raises RenderError.

        Of the chart itself only: its templates are left out, because one that fails would hide the values.
        """
        bare = chart.with_files(dict.fromkeys(path for path in chart.files if "templates/" in path))
        given = json.dumps(values, ensure_ascii=False)
        said = self._template(bare, ["template", "rg", "CHART", "--values", "-"], given)
        return dict(_without_nulls(_split(said, chart.name).values))

    def set_values(self, expressions: Sequence[str]) -> Mapping[str, Any]:
        """Helm's own `--set` parser, asked through an empty chart. Raises UsageError."""
        empty = Chart("rg", {"Chart.yaml": b"apiVersion: v2\nname: rg\nversion: 0.0.0\n"})
        arguments = [part for expression in expressions for part in ("--set", expression)]
        try:
            return _split(self._template(empty, ["template", "rg", "CHART", *arguments], ""), "rg").values
        except RenderError as fault:
            raise UsageError(fault.what) from None

    def close(self) -> None:
        """Removes the copies of charts."""
        self._folder.cleanup()

    def _template(self, chart: Chart, arguments: list[str], values: str) -> str:
        try:
            return self._run(*self._with_chart(chart, arguments, any_version=False), given=values)
        except _HelmFault as fault:
            if _TOO_OLD not in str(fault):
                raise readable(str(fault), chart.name) from None
        # The cluster's version is not known here, and the embedded Helm does not ask either.
        try:
            return self._run(*self._with_chart(chart, arguments, any_version=True), given=values)
        except _HelmFault as fault:
            raise readable(str(fault), chart.name) from None

    def _with_chart(self, chart: Chart, arguments: list[str], *, any_version: bool) -> list[str]:
        copy = os.path.join(self._folder.name, "chart")
        if self._written != (chart.digest, any_version):
            _write_copy(chart, copy, any_version)
            self._written = (chart.digest, any_version)
        return [copy if argument == "CHART" else argument for argument in arguments]

    def _run(self, *arguments: str, given: str = "") -> str:
        home = dict.fromkeys(("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"), self._folder.name)
        # Into files, whose size can be bounded: what comes through pipes would fill this process's memory.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [self._program, *arguments],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                env={**os.environ, **home, "KUBECONFIG": os.devnull},
            )
            _bound(process.pid, self._memory)
            try:
                process.communicate(given.encode(), timeout=self._seconds)
            except subprocess.TimeoutExpired:
                raise LimitError(f"helm takes longer than {self._seconds:g} seconds to render the chart") from None
            finally:
                process.kill()
                process.wait()
            out.seek(0), err.seek(0)
            said, complained = out.read(_MOST), err.read(_MOST)
        if process.returncode == 0:
            return said.decode("utf-8", "replace")
        complaint = complained.decode("utf-8", "replace")
        message = re.search(r"^Error: (.*)", complaint, re.MULTILINE | re.DOTALL)
        if message and "out of memory" not in complaint:
            raise _HelmFault(message[1].replace("Use --debug flag to render out invalid YAML", "").strip())
        if "out of memory" in complaint or "goroutine stack exceeds" in complaint or process.returncode < 0:
            raise LimitError("helm broke down while it rendered the chart", why=complaint.strip()[:200])
        raise UsageError(
            f"{self._program} {arguments[0]} ended with {process.returncode}",
            why=complaint.strip()[:500] or said[:500].decode("utf-8", "replace"),
        )


class _HelmFault(Exception):
    """What Helm says, as it says it."""


def _split(said: str, chart_name: str) -> RawRender:
    """The output by template; several documents of one template are put together again."""
    parts = _SOURCE.split(said)
    files: dict[str, str] = {}
    for path, printed in zip(parts[1::2], parts[2::2], strict=True):
        text = printed.removesuffix("\n")  # which Helm added
        files[path] = f"{files[path]}\n---\n{text}" if path in files else text
    values = files.pop(f"{chart_name}/{_VALUES_PROBE}", "")
    notes = files.pop(f"{chart_name}/{_NOTES_PROBE}", "")
    if notes:
        files[f"{chart_name}/templates/NOTES.txt"] = _probed(notes).replace("<no value>", "")  # as Helm does itself
    return RawRender(files, json.loads(_probed(values)) if values else {})


def _probed(text: str) -> str:
    said: str = json.loads(text.partition(": ")[2])
    return said


def _without_nulls(values: Any) -> Any:
    """Helm 3 keeps a default of null, Helm 4 drops it."""
    if not isinstance(values, dict):
        return values
    return {key: _without_nulls(value) for key, value in values.items() if value is not None}


def _write_copy(chart: Chart, copy: str, any_version: bool) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    files = {path: data for path, data in chart.files.items() if path not in chart.ignored and path != ".helmignore"}
    files[_VALUES_PROBE] = _VALUES.encode()
    if "templates/NOTES.txt" in files:
        files[_NOTES_PROBE] = _NOTES.encode()
    if any_version:
        files["Chart.yaml"] = _KUBE_VERSION.sub(b"", files["Chart.yaml"])
    for path, data in files.items():
        target = Path(copy, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _bound(process: int, memory_bytes: int) -> None:
    try:
        import resource

        resource.prlimit(process, resource.RLIMIT_FSIZE, (_MOST, _MOST))
        resource.prlimit(process, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ImportError, AttributeError, OSError, ValueError):
        return  # not Linux: time alone is bounded
