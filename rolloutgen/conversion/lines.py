"""A chart whose Deployments are flow mappings is converted as if they had lines; where that renders the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..chart.chart import Chart
from ..helm import Engine
from ..model import Refusal, Rendered, ValueSet
from ..source.unfolding import REASON, on_lines

if TYPE_CHECKING:
    from .convert import Plan


def with_lines(chart: Chart, value_sets: Sequence[ValueSet], engine: Engine) -> Chart:
    """The chart with flow mappings on lines where every value set renders the same objects then; else itself."""
    written = on_lines(chart)
    if written is chart:
        return chart
    ones, others = list(engine.render_all(chart, value_sets)), list(engine.render_all(written, value_sets))
    same = all(
        [m.body for m in one.objects] == [m.body for m in other.objects]
        if isinstance(one, Rendered) and isinstance(other, Rendered)
        else not isinstance(one, Rendered) and not isinstance(other, Rendered)
        for one, other in zip(ones, others, strict=True)
    )
    return written if same else chart


def as_written(plan: Plan, chart: Chart, read: Chart) -> Plan:
    """The plan for `read`, which is `chart` with flow mappings on lines, as one for `chart`: what the conversion has
    no edit for keeps its bytes, and refusals name lines of the chart as it is."""
    if read is chart:
        return plan
    lined = {path for path in chart.files if read.files[path] != chart.files[path]}
    after = plan.after
    if after is not None:
        untouched = {path for path in lined if after.files.get(path) == read.files[path]}
        after = after.with_files({path: chart.files[path] for path in untouched})
    changes = tuple(
        replace(change, reasons=(REASON, *change.reasons)) if change.path in lined else change
        for change in plan.changes
    )
    refusals = tuple(_placed(refusal, chart, read) if refusal.path in lined else refusal for refusal in plan.refusals)
    return replace(plan, before=chart, after=after, changes=changes, refusals=refusals)


def _placed(refusal: Refusal, chart: Chart, read: Chart) -> Refusal:
    """The refusal at the line that its line was: the same from the top or from the bottom of the file, else the first
    that got lines of its own."""
    old, new = chart.text(refusal.path).splitlines(), read.text(refusal.path).splitlines()
    first = next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    last = next((n for n, pair in enumerate(zip(old[::-1], new[::-1], strict=False)) if pair[0] != pair[1]), 0)
    if refusal.line <= first:
        return refusal
    behind = len(new) - refusal.line
    return replace(refusal, line=len(old) - behind if behind < last else first + 1)
