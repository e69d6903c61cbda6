"""Where a converted chart has fallen behind what today's rolloutgen and rolloutgen.yaml would make of it.

A converted chart no longer has its Deployment, so nothing can be made of the chart alone. What is compared: the chart
as it was before the conversion (out of git, or named by the caller) is converted again, with today's templates, today's
rolloutgen.yaml and the options of the record. What that yields otherwise than the conversion did then is brought into
the chart as it is now; where that changes something, the chart has fallen behind. Edits made since are no drift.

A chart that `rolloutgen new` made is compared with the newest version of its template in the same way.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rolloutgen import git
from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.config.files import house_of
from rolloutgen.config.options import settle
from rolloutgen.config.record import PATH, STAND_IN, ConversionRecord, read_record
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.diff.base import Base, base_of, chart_before
from rolloutgen.errors import UsageError, of_chart
from rolloutgen.git import Repository
from rolloutgen.helm import HelmEngine
from rolloutgen.scaffold.update import is_scaffolded, plan_update
from rolloutgen.valuesets.value_sets import SHORT, chosen_sets

# What differs from run to run, or is a matter of the release: the version, the entry in the changes, the record's own.
_ASIDE = frozenset({"Chart.yaml", PATH, "CHANGELOG.md"})


@dataclass(frozen=True, slots=True)
class Drift:
    """One file that would change: its bytes now and as they would be, None for a file that is not there. `edited` tells
    that the same lines were changed in the chart since."""

    path: str
    now: bytes | None
    then: bytes | None
    edited: bool = False


@dataclass(frozen=True)
class Drifted:
    """What was compared, in words, and what has fallen behind."""

    path: str
    compared: str
    files: tuple[Drift, ...]


def drift(
    path: str, engine: HelmEngine, *, before: str = "", flags: Mapping[str, Any] | None = None, config: str = ""
) -> Drifted:
    """What today's rolloutgen would make otherwise in the converted chart at `path`. Writes nothing.

    `before` names the chart as it was before its conversion (a git ref, a directory, an archive); without it git tells.
    `flags` are options as for a conversion: values that the chart needs. Raises UsageError where there is no record, no
    history that reaches back to the conversion, or the old chart is not converted any more, with the way out.
    """
    with of_chart(path):
        chart = load_chart(path)
        record = read_record(chart)
    if record is None and is_scaffolded(path) and not before:
        return _scaffolded(path, config)
    if record is None:
        hint = "rolloutgen convert writes one; a chart that was converted by hand has none."
        raise UsageError(f"the chart has no {PATH}: nobody knows what made it", path=path, hint=hint)
    old, made, compared = _history(path, before)
    plan = _again(replace(old, root=path), record, flags or {}, config, engine)
    if plan.after is None:
        why = plan.refusals[0].why if plan.refusals else "there is nothing to convert in it"
        raise UsageError(
            "today's rolloutgen does not convert the chart as it was",
            path=path,
            why=f"{compared}: {why}",
            hint="Give what it needs (--values FILE), or name the chart as it was: --before REF|DIR|TGZ.",
        )
    base = made if made is not None else chart
    files = tuple(_files(chart.files, base.files, plan.after.files))
    return Drifted(path, f"{compared}, converted by today's rolloutgen", files)


def _scaffolded(path: str, config: str) -> Drifted:
    """A chart that `rolloutgen new` made, against the newest version of its template."""
    found = plan_update(path, config=config, marked=False)
    files = tuple(Drift(one.path, one.now, one.then, one.edited) for one in found.files)
    compared = f"its template, {found.name} {found.new}"
    return Drifted(path, compared if found.old == found.new else f"{compared} (made by {found.old})", files)


def _again(old: Chart, record: ConversionRecord, flags: Mapping[str, Any], config: str, engine: HelmEngine) -> Plan:
    """The conversion of the old chart with the options of the record; local dependencies are those of today."""
    house = house_of(old.root, config).options()
    # Names in the record stand for every release; a choice of workloads is made by those of the first one.
    workloads = _names(record, "names") if record.kept else ()
    options = settle(house, record.chosen, {"workloads": workloads} if workloads else {}, flags)
    sets = chosen_sets(old, engine, options)
    plan = convert(old, sets.sets, engine, options)
    services = _names(record, "services")
    if plan.after is None and len(services) == 1 and not options.service:
        return convert(old, sets.sets, engine, options._replace(service=services[0]))
    return plan


def _names(record: ConversionRecord, field: str) -> tuple[str, ...]:
    return tuple(str(name).replace(STAND_IN, SHORT.name) for one in record.workloads for name in one.get(field) or ())


def _history(path: str, before: str) -> tuple[Chart, Chart | None, str]:
    """The chart before its conversion, the chart as the conversion left it (None where nobody knows), and words."""
    if before:
        base = base_of(path, before)
        found = chart_before(path, base).chart
        if found is None:
            raise UsageError("the chart is not there", path=path, why=f"Looked for at {base.label}.")
        _check(found, before)
        return found, None, f"the chart at {base.label} (edits since its conversion show too)"
    repository = git.repository_at(path, "--before")
    commit = git.added_in(repository, posixpath.join(repository.path(path), PATH))
    parent = git.parent_of(repository, commit) if commit else ""
    if not commit or not parent:
        raise UsageError(_no_history(commit), path=path, hint=_hint(repository, path))
    base = Base(git.short(parent), repository, parent)
    found = chart_before(path, base).chart
    if found is None or PATH in found.files:
        raise UsageError(
            f"the commit before its conversion ({base.label}) does not have the chart",
            path=path,
            hint=_hint(repository, path),
        )
    made = chart_before(path, Base("", repository, commit)).chart
    return found, made, f"the chart at {base.label}, before its conversion in {git.short(commit)}"


def _check(found: Chart, before: str) -> None:
    if PATH in found.files:
        raise UsageError("that is converted already: name the chart as it was before", path=before)


def _no_history(commit: str) -> str:
    if commit:
        return "the commit that converted the chart is the first one of this clone"
    return f"no commit of this clone brought the chart's {PATH}"


def _hint(repository: Repository, path: str) -> str:
    unshallow = "git fetch --unshallow brings the history; or n" if git.is_shallow(repository) else "N"
    return f"{unshallow}ame the chart as it was: rolloutgen check {path} --before REF|DIR|TGZ."


def _files(now: Mapping[str, bytes], base: Mapping[str, bytes], made: Mapping[str, bytes]) -> Iterator[Drift]:
    """Three ways: what was made then, what would be made now, what the chart has become since."""
    for path in sorted({*base, *made} - _ASIDE):
        then, today, ours = base.get(path), made.get(path), now.get(path)
        if then == today or ours == today:
            continue
        if today is None:
            # Made then and no longer: it goes, unless somebody has changed it since.
            if ours is not None and ours == then:
                yield Drift(path, ours, None)
        elif ours is None:
            if then is None:
                yield Drift(path, None, today)
        elif then is None:
            yield Drift(path, ours, today, True)
        else:
            merged, clash = git.merged_file(ours, then, today)
            if merged != ours:
                yield Drift(path, ours, merged, clash)
