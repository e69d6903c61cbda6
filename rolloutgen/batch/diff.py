"""Several charts reviewed: which ones a commit range changed, and a process for each core."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rolloutgen import git, goyaml
from rolloutgen.batch import pool
from rolloutgen.chart.chart import Chart
from rolloutgen.chart.dependencies import declared
from rolloutgen.diff.base import Base
from rolloutgen.diff.result import Asked, Review
from rolloutgen.diff.review import failed, review
from rolloutgen.errors import RolloutgenError, UsageError
from rolloutgen.git import Repository
from rolloutgen.helm import HelmEngine

_LIST = "Chart.yaml"


@dataclass(frozen=True)
class DiffTask:
    """One chart, what is asked and what it is compared with."""

    path: str
    asked: Asked
    base: Base
    lone: bool = False


def run(task: DiffTask, engine: HelmEngine) -> Review:
    """The review of one chart; its own faults are in it. Raises what is a bug."""
    try:
        return review(task.path, task.asked, engine, task.base, lone=task.lone)
    except RolloutgenError as fault:
        return failed(task.path, task.base.label, str(fault))


def run_all(tasks: Sequence[DiffTask], helm: str, processes: int = 0) -> Generator[Review, None, None]:
    """The reviews in the order of the tasks, as they come. `processes` 0 means one for each core."""
    return pool.run_all(tasks, helm, pool.Work(run, _failed), processes)


def changed_charts(root: str, base: Base, values: Iterable[str] = ()) -> list[str]:
    """The charts below `root` of which a file differs from the base, or that was or is there on one side only; those
    that use a changed local chart as a dependency; and those whose value files among `values` changed (`{chart}` in a
    file's name stands for the chart's). Paths as a user would type them, sorted.

    Raises UsageError where the base is no commit.
    """
    repository = base.repository
    if repository is None:
        raise UsageError("--all asks git which charts changed", hint="Compare with a git ref: --against REF.")
    below = repository.path(root)
    now = _charts_on_disk(repository, below)
    then = [path for path in git.folders_with(repository, base.commit, _LIST) if _is_below(path, below)]
    everything = _outermost({*now, *then})
    changed = git.changed_paths(repository, base.commit)
    found = {chart for path in changed if (chart := _chart_of(path, everything)) is not None}
    found |= _dependents(repository, found, everything)
    for given in values:
        found |= {chart for chart in everything if _is_changed(given, chart, repository, set(changed))}
    return [_typed(repository, path) for path in sorted(found)]


def _charts_on_disk(repository: Repository, below: str) -> Iterable[str]:
    for folder, names, files in os.walk(os.path.join(repository.top, below)):
        names[:] = sorted(name for name in names if not name.startswith("."))
        if _LIST in files:
            yield repository.path(folder)
            names.clear()


def _outermost(folders: Iterable[str]) -> list[str]:
    """Folders that lie in no other one: what is in charts/ of a chart belongs to it."""
    kept: list[str] = []
    for folder in sorted(folders):
        if not any(_is_below(folder, other) for other in kept):
            kept.append(folder)
    return kept


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _chart_of(path: str, charts: Sequence[str]) -> str | None:
    known = set(charts)
    return next((folder for folder in git.parents(path) if folder in known), None)


def _dependents(repository: Repository, changed: set[str], charts: Sequence[str]) -> set[str]:
    """Charts that take a changed one by a file:// repository, over several steps too."""
    uses: dict[str, set[str]] = {}
    for chart in charts:
        source = Path(repository.top, chart, _LIST)
        if not source.is_file() or b"file://" not in source.read_bytes():
            continue
        try:
            entries = declared(Chart(chart, {_LIST: source.read_bytes()}))
        except RolloutgenError:
            continue
        for entry in entries:
            if entry.repository.startswith("file://"):
                used = posixpath.normpath(posixpath.join(chart, entry.repository.removeprefix("file://")))
                uses.setdefault(used, set()).add(chart)
    found: set[str] = set()
    todo = list(changed)
    while todo:
        for chart in uses.get(todo.pop(), set()) - found - changed:
            found.add(chart)
            todo.append(chart)
    return found


def _is_changed(given: str, chart: str, repository: Repository, changed: set[str]) -> bool:
    path = given
    if "{chart}" in given:
        source = Path(repository.top, chart, _LIST)
        try:
            body = goyaml.load(source.read_text(encoding="utf-8"))
        except (OSError, ValueError, RolloutgenError, goyaml.YamlError):
            return False
        path = given.replace("{chart}", str(body.get("name")) if isinstance(body, dict) else "")
    try:
        return repository.path(path) in changed
    except UsageError:
        return False


def _typed(repository: Repository, path: str) -> str:
    shown = os.path.relpath(os.path.join(repository.top, path))
    return shown if not shown.startswith("..") else os.path.join(repository.top, path)


def _failed(task: DiffTask, failure: pool.Failure) -> Review:
    return failed(task.path, task.base.label, failure.why)
