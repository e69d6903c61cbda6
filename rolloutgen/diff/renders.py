"""Both sides of a chart under the same value sets: which sets those are, their renders, and what does not render."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rolloutgen.chart.chart import Chart
from rolloutgen.chart.dependencies import Dependencies
from rolloutgen.config.options import Options
from rolloutgen.convert.verify.compare import steady
from rolloutgen.convert.verify.verify import is_random
from rolloutgen.diff.base import Base, values_before
from rolloutgen.diff.result import Asked
from rolloutgen.errors import RenderError, RolloutgenError
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Release, Rendered, ValueSet
from rolloutgen.valuesets.value_sets import layer, own_files, parse_values

_NOTHING = Chart("nothing", {})


@dataclass(frozen=True)
class GivenSet:
    """One value set on both sides; `must` tells that somebody gave it."""

    before: ValueSet
    after: ValueSet
    must: bool


@dataclass(frozen=True)
class RevisionPair:
    """Both renders of one value set; an error stands for a side that does not render."""

    given: GivenSet
    before: Rendered | RolloutgenError
    after: Rendered | RolloutgenError


def sets_of(
    path: str,
    asked: Asked,
    options: Options,
    base: Base,
    before: Chart | None,
    after: Chart | None,
    engine: HelmEngine,
) -> Iterator[GivenSet]:
    """What was given; with nothing given the defaults, each ci/*-values.yaml and the house's environments.

    `before` and `after` are the chart on both sides, None where it is not there. Raises UsageError for values that
    cannot be read.
    """
    newest, oldest = after or before or _NOTHING, before or after or _NOTHING
    release = Release(asked.release or newest.name, asked.namespace, asked.kube_version)
    files = _files(asked.values, newest.name)
    named = {"values" if files or asked.sets else "defaults": files}
    named.update((title, _files(more, newest.name)) for title, more in asked.value_sets)
    for title, paths in named.items():
        sets = asked.sets if title in ("values", "defaults") else ()
        old = values_before(paths, sets, base, path, engine)
        yield GivenSet(
            ValueSet(title, old, release), ValueSet(title, layer(paths, sets, engine), release), title != "defaults"
        )
    if files or asked.sets or asked.value_sets:
        return
    for title in own_files(newest, options.house.environments):
        now = parse_values(newest.text(title), title)
        then = parse_values(oldest.text(title), title) if title in oldest.files else now
        yield GivenSet(ValueSet(title, then, release), ValueSet(title, now, release), False)


def _files(paths: Sequence[str], name: str) -> tuple[str, ...]:
    """The value files for one chart: `{chart}` is its name, and such a file need not exist."""
    found = [path.replace("{chart}", name) for path in paths]
    return tuple(path for path, given in zip(found, paths, strict=True) if path == given or os.path.isfile(path))


def rendered_pairs(
    old: Dependencies | None, new: Dependencies | None, sets: Sequence[GivenSet], engine: HelmEngine
) -> list[RevisionPair]:
    """Both sides rendered under each value set, without what is random in them."""
    befores = _render(old, [one.before for one in sets], engine)
    afters = _render(new, [one.after for one in sets], engine)
    return [RevisionPair(*three) for three in zip(sets, befores, afters, strict=True)]


def _render(
    side: Dependencies | None, sets: Sequence[ValueSet], engine: HelmEngine
) -> list[Rendered | RolloutgenError]:
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


def comparable(pairs: Sequence[RevisionPair]) -> Iterator[tuple[Rendered, Rendered]]:
    """The renders, old and new, of the value sets that render on both sides."""
    for pair in pairs:
        if isinstance(pair.before, Rendered) and isinstance(pair.after, Rendered):
            yield pair.before, pair.after


def check_renders(pairs: Sequence[RevisionPair], path: str, where: str, old: bool, new: bool) -> None:
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


def notes_on(
    old: Dependencies | None, new: Dependencies | None, pairs: Sequence[RevisionPair], where: str
) -> Iterator[str]:
    """What a reader must know of the comparison: what was left out, and why."""
    names = dict.fromkeys(d.name for side in (old, new) if side for d in side.missing)
    if names:
        yield f"left out of both sides, because charts/ lacks it: {', '.join(names)} (helm dependency build brings it)"
    for pair in pairs:
        if isinstance(pair.before, RolloutgenError):
            known = f"{where} does not render" if isinstance(pair.after, Rendered) else "no side renders"
            yield f"not compared with {pair.given.before.name}: {known} ({' '.join(pair.before.what.split())[:160]})"
