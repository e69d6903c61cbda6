"""Dependencies that Chart.yaml names and charts/ lacks, which is the usual state of a checkout.

Those with a file:// repository are taken from where they point, inside the same repository; what is missing after that
is left out, and told, so that the caller can refuse when the chart includes what only it could define.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.disk import DEFAULT_LIMITS, read_archive, repository_of
from rolloutgen.errors import ChartError, RolloutgenError

_DEEPEST = 8
_ACTION = re.compile(r"\{\{-?\s*(/\*.*?\*/)?(.*?)\}\}", re.DOTALL)
_INCLUDED = re.compile(r"\b(?:include|template)\s+(?:\"([^\"\n]+)\"|`([^`\n]+)`)")
_DEFINED = re.compile(r"\{\{-?\s*(?:define|block)\s+(?:\"([^\"\n]+)\"|`([^`\n]+)`)")


class Dependency(NamedTuple):
    """One entry of `dependencies:`. `source` is the directory that a file:// repository leads to, "" for none."""

    name: str
    version: str = ""
    repository: str = ""
    alias: str = ""
    source: str = ""


class Include(NamedTuple):
    """An include of a name that no template at hand defines."""

    name: str
    path: str
    line: int


class Dependencies(NamedTuple):
    """What became of a chart's dependencies. `chart` is the copy to render: `local` ones added under charts/, `missing`
    ones dropped from Chart.yaml; `unresolved` are the includes that only a missing one can define."""

    chart: Chart
    local: tuple[Dependency, ...] = ()
    missing: tuple[Dependency, ...] = ()
    unresolved: tuple[Include, ...] = ()
    added: Mapping[str, bytes] | None = None

    @property
    def are_needed(self) -> bool:
        """Whether a missing dependency must be fetched before the chart can be rendered."""
        return bool(self.missing and self.unresolved)

    def applied_to(self, chart: Chart) -> Chart:
        """The copy to render of another state of the same chart: the same added, the same dropped."""
        return _without(chart.with_files(self.added or {}), {dependency.name for dependency in self.missing})


def resolve_dependencies(chart: Chart) -> Dependencies:
    """The chart to render in place of `chart`, and what was taken, left out and is still needed.

    Raises ChartError where the list of dependencies is broken YAML.
    """
    added, local, missing = _find(chart, (os.path.realpath(chart.root),))
    result = Dependencies(chart, local, missing, added=added)
    if not added and not missing:
        return result
    to_render = result.applied_to(chart)
    return result._replace(chart=to_render, unresolved=tuple(_unresolved(to_render)) if missing else ())


def declared(chart: Chart) -> tuple[Dependency, ...]:
    """The dependencies that Chart.yaml names, or requirements.yaml in older charts. Raises ChartError."""
    entries = _entries(chart, _list_file(chart))
    return tuple(
        Dependency(*(str(entry.get(key) or "") for key in ("name", "version", "repository", "alias")))
        for entry in entries
        if entry.get("name")
    )


def _find(
    chart: Chart, above: tuple[str, ...]
) -> tuple[dict[str, bytes], tuple[Dependency, ...], tuple[Dependency, ...]]:
    """(files to add, local, missing) of one chart; local ones bring their own local ones along."""
    present = {name for name, _ in _subcharts(chart.files)}
    added: dict[str, bytes] = {}
    local: list[Dependency] = []
    missing: list[Dependency] = []
    for dependency in declared(chart):
        if dependency.name in present:
            continue
        source = _local_source(chart.root, dependency.repository)
        files = _packaged(source, above) if source else None
        if files is None:
            missing.append(dependency)
            continue
        present.add(dependency.name)
        added.update({f"charts/{dependency.name}/{path}": data for path, data in files.items()})
        local.append(dependency._replace(source=source))
    return added, tuple(local), tuple(missing)


def _local_source(root: str, repository: str) -> str:
    """The directory of a file:// repository when it lies in the same repository as the chart, else ""."""
    if not repository.startswith("file://") or not os.path.isdir(root):
        return ""
    real = os.path.realpath(os.path.join(os.path.realpath(root), repository.removeprefix("file://")))
    bound = repository_of(os.path.realpath(root))
    inside = real == bound or real.startswith(bound + os.sep)
    return real if inside and os.path.isfile(os.path.join(real, "Chart.yaml")) else ""


def _packaged(source: str, above: tuple[str, ...]) -> dict[str, bytes] | None:
    """The files that `helm package` would take from a local chart, its own local dependencies included; None when it
    cannot be read or leads back to itself."""
    if source in above or len(above) > _DEEPEST:
        return None
    try:
        chart = load_chart(source)
        added, _, _ = _find(chart, (*above, source))
    except RolloutgenError:
        return None
    return {path: data for path, data in {**chart.files, **added}.items() if path not in chart.ignored}


def _list_file(chart: Chart) -> str:
    return "requirements.yaml" if "requirements.yaml" in chart.files else "Chart.yaml"


def _entries(chart: Chart, path: str) -> list[Mapping[str, Any]]:
    if path == "Chart.yaml":
        body: Any = chart.metadata
    else:
        try:
            body = goyaml.load(chart.text(path).removeprefix("\ufeff"))
        except goyaml.YamlError as fault:
            raise ChartError(f"broken YAML: {fault.problem}", path=path, line=fault.line) from None
    entries = body.get("dependencies") if isinstance(body, Mapping) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _without(chart: Chart, names: set[str]) -> Chart:
    """The chart whose list of dependencies lacks `names`; JSON is YAML too, but for escaped surrogates."""
    if not names:
        return chart
    path = _list_file(chart)
    kept = [entry for entry in _entries(chart, path) if str(entry.get("name")) not in names]
    body = {**(chart.metadata if path == "Chart.yaml" else {}), "dependencies": kept}
    return chart.with_files({path: json.dumps(body, ensure_ascii=False).encode()})


def _subcharts(files: Mapping[str, bytes]) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """(name, files) of each chart in charts/, unpacked or packed; what Helm skips or cannot read is skipped."""
    folders: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        parts = path.split("/", 2)
        if parts[0] != "charts" or len(parts) < 2 or parts[1][0] in "._":
            continue
        if len(parts) == 3:
            folders.setdefault(parts[1], {})[parts[2]] = data
        elif path.endswith(".tgz"):
            try:
                folders[parts[1]] = read_archive(path, DEFAULT_LIMITS, data)
            except RolloutgenError:
                continue
    for found in folders.values():
        name = _name_of(found)
        if name:
            yield name, found


def _name_of(files: Mapping[str, bytes]) -> str:
    try:
        return Chart("", files).name if "Chart.yaml" in files else ""
    except ChartError:
        return ""


def defines_of_dependencies(chart: Chart) -> dict[str, tuple[str, str]]:
    """Name of each define that the chart's dependencies bring, local ones included -> the dependency, and the text up
    to the next define. Raises ChartError."""
    found: dict[str, tuple[str, str]] = {}
    for dependency, files in _subcharts(resolve_dependencies(chart).chart.files):
        for _, text in _templates(files, "", dependency):
            starts = list(_DEFINED.finditer(text))
            for index, start in enumerate(starts):
                stop = starts[index + 1].start() if index + 1 < len(starts) else len(text)
                found[start[1] or start[2]] = dependency, text[start.end() : stop]
    return found


def _unresolved(chart: Chart) -> Iterator[Include]:
    """Includes by a literal name that neither the chart nor its subcharts define. Names that are put together at
    render time are not judged."""
    templates = dict(_templates(chart.files, "", chart.name))
    defined = {f"{chart.name}/{path}" for path in templates}
    for text in templates.values():
        defined.update(found[1] or found[2] for found in _DEFINED.finditer(text))
    for path, text in templates.items():
        for action in _ACTION.finditer(text):
            for found in _INCLUDED.finditer(action[2]):
                name = found[1] or found[2]
                if name not in defined:
                    yield Include(name, path, text.count("\n", 0, action.start(2) + found.start()) + 1)


def _templates(files: Mapping[str, bytes], prefix: str, name: str) -> Iterator[tuple[str, str]]:
    for path, data in sorted(files.items()):
        if path.startswith("templates/"):
            yield posixpath.join(prefix, path), data.decode("utf-8", "replace")
    for subchart, inner in _subcharts(files):
        yield from _templates(inner, posixpath.join(prefix, "charts", subchart), subchart)
