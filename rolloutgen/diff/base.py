"""What a chart is compared with: a commit, a directory or an archive, and the chart and values as they are there."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolloutgen import git, goyaml
from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import Dependencies, Dependency, declared, resolve_dependencies
from rolloutgen.chart.write import write_into
from rolloutgen.errors import RolloutgenError, UsageError, of_chart
from rolloutgen.git import Repository
from rolloutgen.helm import HelmEngine
from rolloutgen.valuesets.value_sets import parse_values, read_values

_PACKED = (".tgz", ".tar.gz")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(.*)")


@dataclass(frozen=True, slots=True)
class Base:
    """The other side. `label` is for people; `repository` and `commit`, or a directory or archive at `path`."""

    label: str
    repository: Repository | None = None
    commit: str = ""
    path: str = ""


@dataclass(frozen=True)
class BaseChart:
    """A chart as it was, None where it was not there; `where` says it for people."""

    chart: Chart | None
    where: str


def base_of(path: str, against: str = "") -> Base:
    """The other side for the chart (or repository) at `path`: what `against` names, else the merge base of HEAD with
    the default branch. Raises UsageError where it cannot be had, with the command that helps."""
    if against and (os.path.isfile(against) or os.path.isfile(os.path.join(against, "Chart.yaml"))):
        return Base(against, path=against)
    if against and (against.endswith(_PACKED) or os.path.isdir(against)):
        hint = "Give a chart's directory, a .tgz archive or a git ref."
        raise UsageError("no such archive" if against.endswith(_PACKED) else "not a chart", path=against, hint=hint)
    repository = git.repository_at(path)
    if against:
        commit = git.resolve(repository, against)
        name = f"merge base with {against[:-3]}" if against.endswith("...") else against
        return Base(f"{name} ({git.short(commit)})", repository, commit)
    branch = git.default_branch(repository)
    commit = git.merge_base(repository, branch)
    return Base(f"merge base with {branch} ({git.short(commit)})", repository, commit)


def chart_before(path: str, base: Base) -> BaseChart:
    """The chart at `path` as the base has it. A chart in a folder of its version (`charts/web/1.4.0`) that the base
    does not have is compared with the highest lower version beside it."""
    if base.repository is None:
        with of_chart(base.path):
            return BaseChart(load_chart(base.path), base.label)
    folder = base.repository.path(path)
    chart = _at(base, folder)
    if chart is None:
        older = _older_version(base, folder)
        if older:
            return BaseChart(_at(base, older), f"{older} at {base.label}")
    return BaseChart(chart, base.label)


def dependencies_of(
    path: str, before: Chart | None, after: Chart | None, base: Base
) -> tuple[Dependencies | None, ...]:
    """Both sides with their dependencies. What git does not hold is lent by the other side where both ask for the same
    version; what one side lacks even so is left out of both. Raises UsageError where a template needs it."""
    new = resolve_dependencies(after) if after is not None else None
    old = _resolved(before, base) if before is not None else None
    if old is not None and new is not None:
        lent = _lent(old, new)
        if lent and before is not None:
            old = _resolved(before.with_files(lent), base)
        names = {d.name for side in (old, new) for d in side.missing}
        old, new = _dropped(old, names), _dropped(new, names)
    for side, where in ((old, base.label), (new, path)):
        if side is not None and side.are_needed:
            include = side.unresolved[0]
            raise UsageError(
                f"it includes {include.name}, which a dependency that is not in charts/ must define",
                path=include.path,
                line=include.line,
                why=f"{where} lacks {', '.join(d.name for d in side.missing)}.",
                hint=f"helm dependency build {path} brings it.",
            )
    return old, new


def values_before(
    files: Sequence[str], sets: Sequence[str], base: Base, chart: str, engine: HelmEngine
) -> Mapping[str, Any]:
    """`--values` and `--set` layered as Helm does, the files as the base has them. A file that the base does not have
    is taken as it is: it is new. Raises UsageError."""
    merged: Mapping[str, Any] = {}
    for path in files:
        merged = goyaml.merge(merged, _values_at(path, base, chart))
    return goyaml.merge(merged, engine.set_values(sets)) if sets else merged


def _values_at(path: str, base: Base, chart: str) -> Mapping[str, Any]:
    if base.repository is None:
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(chart))
        other = os.path.join(base.path, inside)
        return read_values(other if not inside.startswith("..") and os.path.isfile(other) else path)
    try:
        name = base.repository.path(path)
    except UsageError:
        return read_values(path)
    data = git.read_file(base.repository, base.commit, name)
    if data is None:
        return read_values(path)
    try:
        return parse_values(data.decode("utf-8"), f"{base.label}:{name}")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", path=f"{base.label}:{name}") from None


def _at(base: Base, folder: str) -> Chart | None:
    assert base.repository is not None
    files = git.read_folder(base.repository, base.commit, folder)
    return Chart(f"{base.label}:{folder}", files) if "Chart.yaml" in files else None


def _older_version(base: Base, folder: str) -> str:
    """The folder of the highest version below that of `folder`, "" where folders are not called by versions."""
    assert base.repository is not None
    above, name = posixpath.split(folder)
    mine = _version(name)
    if mine is None:
        return ""
    names = git.names_in(base.repository, base.commit, above)
    older = sorted((version, other) for other in names if (version := _version(other)) is not None and version < mine)
    return posixpath.join(above, older[-1][1]) if older else ""


def _version(name: str) -> tuple[int, int, int, bool, str] | None:
    match = _VERSION.fullmatch(name)
    return (int(match[1]), int(match[2]), int(match[3]), not match[4], match[4]) if match else None


def _resolved(chart: Chart, base: Base) -> Dependencies:
    """The dependencies of the side before; local ones are taken from the same commit."""
    local = [d for d in declared(chart) if d.repository.startswith("file://")]
    if base.repository is None or not local:
        return resolve_dependencies(chart)
    from tempfile import TemporaryDirectory

    folder = chart.root.removeprefix(f"{base.label}:")
    with TemporaryDirectory() as top:
        os.mkdir(os.path.join(top, ".git"))  # local dependencies are looked for up to the repository's root
        for name, files in _with_local(chart, base, folder):
            write_into(top, {posixpath.join(name, inner): data for inner, data in files.items()}, {})
        found = resolve_dependencies(load_chart(os.path.join(top, folder)))
    return found._replace(chart=replace(found.chart, root=chart.root))


def _with_local(chart: Chart, base: Base, folder: str) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    assert base.repository is not None
    todo, seen = [folder], {folder}
    while todo:
        name = todo.pop()
        files = chart.files if name == folder else git.read_folder(base.repository, base.commit, name)
        if "Chart.yaml" not in files:
            continue
        yield name, files
        for dependency in declared(Chart(name, files)):
            if dependency.repository.startswith("file://"):
                other = posixpath.normpath(posixpath.join(name, dependency.repository.removeprefix("file://")))
                if other not in seen and not other.startswith(".."):
                    seen.add(other)
                    todo.append(other)


def _lent(old: Dependencies, new: Dependencies) -> dict[str, bytes]:
    """Files of the new side's charts/ for what the old side lacks and both ask for alike."""
    asked = {(d.name, d.version, d.repository) for d in _declared(new.chart)}
    found: dict[str, bytes] = {}
    for dependency in old.missing:
        if (dependency.name, dependency.version, dependency.repository) in asked:
            found.update((path, data) for path, data in new.chart.files.items() if _belongs(path, dependency.name))
    return found


def _declared(chart: Chart) -> Sequence[Dependency]:
    try:
        return declared(chart)
    except RolloutgenError:
        return ()


def _dropped(side: Dependencies, names: set[str]) -> Dependencies:
    if not names:
        return side
    gone = {path: None for path in side.chart.files for name in names if _belongs(path, name)}
    mine = tuple(side.missing) + tuple(Dependency(name) for name in names - {d.name for d in side.missing})
    dropped = side._replace(missing=mine, added=None)
    return dropped._replace(chart=dropped.applied_to(side.chart.with_files(gone)))


def _belongs(path: str, name: str) -> bool:
    return (
        path.startswith(f"charts/{name}/")
        or re.fullmatch(rf"charts/{re.escape(name)}-v?\d[^/]*\.t(ar\.)?gz", path) is not None
    )
