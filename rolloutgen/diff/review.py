"""A chart and what it is compared with -> a Review: loads both sides, renders them, asks what the change means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import Dependencies
from rolloutgen.config.files import house_of
from rolloutgen.config.options import Options, settle
from rolloutgen.config.record import read_record
from rolloutgen.diff.base import Base, base_of, chart_before, dependencies_of
from rolloutgen.diff.diff import diff, merged, merged_changes
from rolloutgen.diff.object_diff import conversions
from rolloutgen.diff.presentation import as_object, as_steps, plans_of, with_exceptions
from rolloutgen.diff.renders import RevisionPair, check_renders, comparable, notes_on, rendered_pairs, sets_of
from rolloutgen.diff.result import Asked, Review, Status
from rolloutgen.errors import RolloutgenError, UsageError, of_chart
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Diagnostic, Rendered

if TYPE_CHECKING:
    from rolloutgen.diff.conversion import Converted


def review(path: str, asked: Asked, engine: HelmEngine, base: Base | None = None, *, lone: bool = True) -> Review:
    """What the change of the chart at `path` brings. `base` is the other side where the caller knows it already.

    Raises UsageError for what the user must set right first; ChartError, RenderError and LimitError where a side cannot
    be had. A chart that one side lacks is an error for a `lone` chart, and "new" or "removed" for one of many.
    """
    base = base or base_of(path, asked.against)
    before, where = _before(path, base)
    with of_chart(path):
        after = load_chart(path) if os.path.exists(path) else None
    _check_sides(path, before, after, base, lone)
    there = after or before
    assert there is not None  # _check_sides
    options = _options(path, after or there, asked)
    old, new = dependencies_of(path, before, after, base)
    sets = list(sets_of(path, asked, options, base, before, after, engine))
    pairs = rendered_pairs(old, new, sets, engine)
    check_renders(pairs, path, where, bool(old), bool(new))
    made = _conversion(before, old, new, pairs, engine, options) if old and new else None
    diffs = [
        diff(one, other, deployer=options.deployer, ignore=asked.ignore, conversion=made.of(index) if made else None)
        for index, (one, other) in enumerate(comparable(pairs))
    ]
    found = (*_broken(pairs), *merged(diffs))
    status: Status = "new" if before is None else "removed" if after is None else "changed"
    objects = tuple(as_object(*found, unified=asked.wants_diffs) for found in merged_changes(diffs))
    if status == "changed" and not objects and not found:
        status = "same"
    diagnostics = tuple(with_exceptions(one, len(pairs)) for one in found) if status in ("changed", "removed") else ()
    return Review(
        path,
        there.name,
        status,
        where,
        (before.version if before else "", after.version if after else ""),
        diagnostics,
        objects,
        tuple(pair.given.after.name for pair in pairs),
        tuple(notes_on(old, new, pairs, where)),
        as_steps(made.plan, options, path) if made else (),
        plans_of(diffs) if asked.wants_plans else (),
        code=int(any(one.severity == "error" for one in diagnostics)),
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


def _broken(pairs: Sequence[RevisionPair]) -> Iterator[Diagnostic]:
    for pair in pairs:
        if isinstance(pair.before, Rendered) and isinstance(pair.after, RolloutgenError):
            place = f"{pair.after.path}:{pair.after.line}: " if pair.after.path and pair.after.line else ""
            message = (
                f"does not render any more with {pair.given.after.name}: {place}{' '.join(pair.after.what.split())}"
            )
            yield Diagnostic("does-not-render", "error", message, value_sets=(pair.given.after.name,))


def _conversion(
    before: Chart | None,
    old: Dependencies,
    new: Dependencies,
    pairs: Sequence[RevisionPair],
    engine: HelmEngine,
    options: Options,
) -> Converted | None:
    both = list(comparable(pairs))
    if before is None or not any(conversions(one.objects, two.objects, two.value_set.release) for one, two in both):
        return None
    from rolloutgen.diff.conversion import explained

    return explained(before, old, new, [after for _, after in both], engine, options)


def failed(path: str, against: str, fault: str) -> Review:
    """The review of a chart that could not be compared."""
    return replace(Review(path, os.path.basename(path), "failed", against), fault=fault, code=1)
