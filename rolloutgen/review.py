"""A chart and what it is compared with -> a Review: loads both sides, renders them, asks what the change means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .between import conversions
from .chart import Chart, load_chart
from .dependencies import Dependencies
from .diff import Told, diff, merged, merged_changes
from .errors import RenderError, RolloutgenError, UsageError
from .helm import Engine
from .house import house_of
from .model import Release, Rendered, ValueSet
from .options import Options, settle
from .otherside import Base, base_of, chart_before, dependencies_of, values_before
from .record import read_record
from .reviewed import Asked, Review, Status
from .showing import as_line, as_object, as_steps, plans_of
from .steady import steady
from .valuesets import layer, own_files, parse_values
from .verify import is_random

if TYPE_CHECKING:
    from .converted import Converted

_NOTHING = Chart("nothing", {})


@dataclass(frozen=True)
class _Set:
    """One value set on both sides; `must` tells that somebody gave it."""

    before: ValueSet
    after: ValueSet
    must: bool


@dataclass(frozen=True)
class _Pair:
    """Both renders of one value set; None for a side that does not render, with the fault in `faults`."""

    given: _Set
    before: Rendered | RolloutgenError
    after: Rendered | RolloutgenError


def review(path: str, asked: Asked, engine: Engine, base: Base | None = None, *, lone: bool = True) -> Review:
    """What the change of the chart at `path` brings. `base` is the other side where the caller knows it already.

    Raises UsageError for what the user must set right first; ChartError, RenderError and LimitError where a side cannot
    be had. A chart that one side lacks is an error for a `lone` chart, and "new" or "removed" for one of many.
    """
    base = base or base_of(path, asked.against)
    before, where = _before(path, base)
    after = load_chart(path) if os.path.exists(path) else None
    _check_sides(path, before, after, base, lone)
    there = after or before
    assert there is not None  # _check_sides
    options = _options(path, after or there, asked)
    old, new = dependencies_of(path, before, after, base)
    sets = list(_sets(path, asked, options, base, before, after, there.name, engine))
    pairs = _rendered(old, new, sets, engine)
    _check_renders(pairs, path, where, bool(old), bool(new))
    made = _conversion(before, old, new, pairs, engine, options) if old and new else None
    diffs = [
        diff(one, other, deployer=options.deployer, ignore=asked.ignore, conversion=made.of(index) if made else None)
        for index, (one, other) in enumerate(_both(pairs))
    ]
    told = (*_broken(pairs), *merged(diffs))
    status: Status = "new" if before is None else "removed" if after is None else "changed"
    objects = tuple(as_object(*found, unified=asked.wants_diffs) for found in merged_changes(diffs))
    if status == "changed" and not objects and not told:
        status = "same"
    lines = tuple(as_line(one, len(pairs)) for one in told) if status in ("changed", "removed") else ()
    return Review(
        path,
        there.name,
        status,
        where,
        (before.version if before else "", after.version if after else ""),
        lines,
        objects,
        tuple(pair.given.after.name for pair in pairs),
        tuple(_notes(old, new, pairs, where)),
        as_steps(made.plan, options, path) if made else (),
        plans_of(diffs) if asked.wants_plans else (),
        code=int(any(line.severity == "error" for line in lines)),
    )


def _before(path: str, base: Base) -> tuple[Chart | None, str]:
    found = chart_before(path, base)
    return found.chart, found.where


def _check_sides(path: str, before: Chart | None, after: Chart | None, base: Base, lone: bool) -> None:
    if before is None and after is None:
        raise UsageError("no such chart, neither now nor before", path=path, why=f"Before is {base.label}.")
    if not lone:
        return
    if after is None:
        hint = (
            f"rolloutgen diff --all tells what goes with it; git show {base.commit[:9]} has it." if base.commit else ""
        )
        raise UsageError("the chart is there before, and no more", path=path, why=f"Before is {base.label}.", hint=hint)
    if before is None:
        raise UsageError(
            "the chart is new: there is none to compare with",
            path=path,
            why=f"Before is {base.label}.",
            hint="rolloutgen diff --all tells what comes with it; --against DIR compares with another chart.",
        )


def _options(path: str, chart: Chart, asked: Asked) -> Options:
    record = read_record(chart)
    house = house_of(path, asked.config).options()
    return settle(house, record.chosen if record else {}, asked.flags)


def _sets(
    path: str,
    asked: Asked,
    options: Options,
    base: Base,
    before: Chart | None,
    after: Chart | None,
    name: str,
    engine: Engine,
) -> Iterator[_Set]:
    """What was given; with nothing given the defaults, each ci/*-values.yaml and the house's environments."""
    release = Release(asked.release or name, asked.namespace, asked.kube_version)
    files = _files(asked.values, name)
    named = {"values" if files or asked.sets else "defaults": files}
    named.update((title, _files(more, name)) for title, more in asked.value_sets)
    for title, paths in named.items():
        sets = asked.sets if title in ("values", "defaults") else ()
        old = values_before(paths, sets, base, path, engine)
        yield _Set(
            ValueSet(title, old, release), ValueSet(title, layer(paths, sets, engine), release), title != "defaults"
        )
    if files or asked.sets or asked.value_sets:
        return
    newest, oldest = after or before or _NOTHING, before or after or _NOTHING
    for title in own_files(newest, options.house.environments):
        now = parse_values(newest.text(title), title)
        then = parse_values(oldest.text(title), title) if title in oldest.files else now
        yield _Set(ValueSet(title, then, release), ValueSet(title, now, release), False)


def _files(paths: Sequence[str], name: str) -> tuple[str, ...]:
    """The value files for one chart: `{chart}` is its name, and such a file need not exist."""
    found = [path.replace("{chart}", name) for path in paths]
    return tuple(path for path, given in zip(found, paths, strict=True) if path == given or os.path.isfile(path))


def _rendered(old: Dependencies | None, new: Dependencies | None, sets: Sequence[_Set], engine: Engine) -> list[_Pair]:
    befores = _render(old, [one.before for one in sets], engine)
    afters = _render(new, [one.after for one in sets], engine)
    return [_Pair(*three) for three in zip(sets, befores, afters, strict=True)]


def _render(side: Dependencies | None, sets: Sequence[ValueSet], engine: Engine) -> list[Rendered | RolloutgenError]:
    """The renders of a side without what is random in them; a side that is not there renders nothing."""
    if side is None:
        return [Rendered(one, {}, (), {}) for one in sets]
    found = list(engine.render_all(side.chart, sets))
    if not is_random(side.chart):
        return found
    again = engine.render_all(side.chart, sets)
    return [
        steady(one, other) if isinstance(one, Rendered) and isinstance(other, Rendered) else one
        for one, other in zip(found, again, strict=True)
    ]


def _both(pairs: Sequence[_Pair]) -> Iterator[tuple[Rendered, Rendered]]:
    for pair in pairs:
        if isinstance(pair.before, Rendered) and isinstance(pair.after, Rendered):
            yield pair.before, pair.after


def _check_renders(pairs: Sequence[_Pair], path: str, where: str, old: bool, new: bool) -> None:
    """Raises RenderError where nothing can be compared, or a set that somebody gave did not render before."""
    usable = [pair for pair in pairs if isinstance(pair.before, Rendered)]
    for pair in pairs:
        if isinstance(pair.before, Rendered) or not (pair.given.must or not usable):
            continue
        if isinstance(pair.after, RolloutgenError):
            hint = f"Give the values that it needs: rolloutgen diff {path} --values FILE"
            why = f"Before ({where}): {pair.before.what}"
            raise RenderError(
                f"neither side renders: {pair.after.what}",
                path=pair.after.path,
                line=pair.after.line,
                why=why,
                hint=hint,
            )
        raise RenderError(
            f"the side before does not render: {pair.before.what}",
            path=pair.before.path,
            line=pair.before.line,
            why=f"Before is {where}, with the value set {pair.given.before.name}.",
            hint=f"Compare with a state that renders (rolloutgen diff {path} --against REF), or give --values FILE.",
        )
    for pair in pairs:
        if isinstance(pair.after, RolloutgenError) and not any(isinstance(one.after, Rendered) for one in pairs):
            raise RenderError(
                f"the side after does not render: {pair.after.what}",
                path=pair.after.path,
                line=pair.after.line,
                why=f"Before ({where}) it did, with the value set {pair.given.after.name}.",
                hint=f"rolloutgen validate {path} shows the place.",
            )


def _broken(pairs: Sequence[_Pair]) -> Iterator[Told]:
    for pair in pairs:
        if isinstance(pair.before, Rendered) and isinstance(pair.after, RolloutgenError):
            place = f"{pair.after.path}:{pair.after.line}: " if pair.after.path and pair.after.line else ""
            message = (
                f"does not render any more with {pair.given.after.name}: {place}{' '.join(pair.after.what.split())}"
            )
            yield Told("does-not-render", "error", message, None, 0, (pair.given.after.name,))


def _notes(old: Dependencies | None, new: Dependencies | None, pairs: Sequence[_Pair], where: str) -> Iterator[str]:
    names = dict.fromkeys(d.name for side in (old, new) if side for d in side.missing)
    if names:
        yield f"left out of both sides, because charts/ lacks it: {', '.join(names)} (helm dependency build brings it)"
    for pair in pairs:
        if isinstance(pair.before, RolloutgenError):
            known = f"{where} does not render" if isinstance(pair.after, Rendered) else "no side renders"
            yield f"not compared with {pair.given.before.name}: {known} ({' '.join(pair.before.what.split())[:160]})"


def _conversion(
    before: Chart | None,
    old: Dependencies,
    new: Dependencies,
    pairs: Sequence[_Pair],
    engine: Engine,
    options: Options,
) -> Converted | None:
    both = list(_both(pairs))
    if before is None or not any(conversions(one.objects, two.objects, two.value_set.release) for one, two in both):
        return None
    from .converted import explained

    renders = [after for _, after in both]
    return explained(before, old, new.chart, renders, engine, options)


def failed(path: str, against: str, fault: str) -> Review:
    """The review of a chart that could not be compared."""
    return replace(Review(path, os.path.basename(path), "failed", against), fault=fault, code=1)
