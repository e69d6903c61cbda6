"""Traffic and pods over the steps as one SVG: nothing is loaded, light and dark, with a title and a description."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rolloutgen.report import plan
from rolloutgen.simulate.plans import Planned
from rolloutgen.simulate.table import Moment, Row

_COLUMN, _LEFT, _RIGHT, _PANEL, _GAP = 118.0, 56.0, 16.0, 130.0, 44.0
_TOP, _BOTTOM = 58.0, 84.0
# Colours twice instead of custom properties, which not every program that shows an SVG knows.
_STYLE = """\
.rg-plan{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;max-width:100%;height:auto}
.rg-plan .ground{fill:#ffffff}.rg-plan .band{fill:#f6f8fa}.rg-plan .rule{stroke:#d1d9e0}
.rg-plan text{fill:#1f2328}.rg-plan .soft{fill:#59636e}.rg-plan .head{font-size:14px;font-weight:600}
.rg-plan .new{fill:#8250df}.rg-plan .old{fill:#0969da}.rg-plan .trial{fill:#9a6700}.rg-plan .area{fill-opacity:.28}
.rg-plan .line{fill:none;stroke-width:2;stroke-linejoin:round}
.rg-plan .line.new{stroke:#8250df}.rg-plan .line.old{stroke:#0969da}
.rg-plan .person{stroke:#59636e;stroke-dasharray:3 3}
@media (prefers-color-scheme:dark){
.rg-plan .ground{fill:#0d1117}.rg-plan .band{fill:#151b23}.rg-plan .rule{stroke:#3d444d}
.rg-plan text{fill:#f0f6fc}.rg-plan .soft{fill:#9198a1}
.rg-plan .new{fill:#ab7df8}.rg-plan .old{fill:#4493f8}.rg-plan .trial{fill:#d29922}.rg-plan .line{fill:none}
.rg-plan .line.new{stroke:#ab7df8}.rg-plan .line.old{stroke:#4493f8}
.rg-plan .person{stroke:#9198a1}}"""


@dataclass(frozen=True)
class _Point:
    x: float
    share: float
    canary: int
    stable: int
    trials: int


def svg(planned: Planned) -> str:
    """The drawing of one plan."""
    rows = planned.simulation.rows
    width = _LEFT + _COLUMN * len(rows) + _RIGHT
    height = _TOP + 2 * _PANEL + _GAP + _BOTTOM
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="rg-plan" role="img" aria-labelledby="rg-title rg-desc" '
            f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">',
            f'<title id="rg-title">Rollout {escape(planned.name)}: traffic and pods of an update</title>',
            f'<desc id="rg-desc">{escape(_description(planned))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{width:g}" height="{height:g}"/>',
            *_columns(rows),
            *_traffic(planned, width),
            *_pods(planned, width),
            *_labels(rows),
            *_head(planned),
            "</svg>\n",
        ]
    )


def _description(planned: Planned) -> str:
    told = [
        f"{row.label}: {plan.share(row)} of the traffic, {row.end.canary} canary and {row.end.stable} stable pods"
        for row in planned.simulation.rows
    ]
    return f"{'; '.join(told)}. Total {plan.total(planned.simulation)}; at most {plan.peak(planned)}."


def _head(planned: Planned) -> Iterator[str]:
    title = f"{planned.name}: {plan.total(planned.simulation)}"
    yield f'<text class="head" x="{_LEFT:g}" y="20">{escape(title)}</text>'
    tried = any(moment.trials for row in planned.simulation.rows for moment in row.moments)
    trials = ' <tspan class="trial" dx="10">■</tspan> experiment' if tried else ""
    yield (
        f'<text x="{_LEFT:g}" y="40"><tspan class="new">■</tspan> new version (canary) '
        f'<tspan class="old" dx="10">■</tspan> old version (stable)'
        f"{trials}</text>"
    )


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    bottom = 2 * _PANEL + _GAP
    for index, row in enumerate(rows):
        x = _LEFT + index * _COLUMN
        if index % 2 == 0:
            yield f'<rect class="band" x="{x:g}" y="{_TOP:g}" width="{_COLUMN:g}" height="{bottom:g}"/>'
        if any(wait.kind == "person" for wait in row.waits):
            end = x + _COLUMN
            yield f'<line class="person" x1="{end:g}" x2="{end:g}" y1="{_TOP:g}" y2="{_TOP + bottom:g}"/>'


def _traffic(planned: Planned, width: float) -> Iterator[str]:
    base = _TOP + _PANEL
    yield from _scale(base, 100, (0, 50, 100), width, "%")
    points = _points(planned)
    line = _steps([(point.x, base - point.share * _PANEL) for point in points])
    yield f'<path class="area new" d="{line} V{base:g} H{_LEFT:g} Z"/>'
    yield f'<path class="line new" d="{line}"/>'


def _pods(planned: Planned, width: float) -> Iterator[str]:
    base = _TOP + 2 * _PANEL + _GAP
    most = max(1, planned.simulation.peak)
    yield from _scale(base, most, sorted({0, planned.simulation.spec.replicas, most}), width, " pods")
    points = _points(planned)
    old = [(point.x, base - point.stable / most * _PANEL) for point in points]
    both = [(point.x, base - (point.stable + point.canary) / most * _PANEL) for point in points]
    every = [(p.x, base - (p.stable + p.canary + p.trials) / most * _PANEL) for p in points]
    ground = [(point.x, base) for point in points]
    for name, upper, lower in (("trial", every, both), ("new", both, old), ("old", old, ground)):
        if upper != lower:
            yield f'<path class="area {name}" d="{_band(upper, lower)}"/>'
    yield f'<path class="line new" d="{_steps(both)}"/>'
    yield f'<path class="line old" d="{_steps(old)}"/>'


def _scale(base: float, most: int, marks: Sequence[int], width: float, unit: str) -> Iterator[str]:
    last = None
    for mark in marks:
        y = base - mark / most * _PANEL
        yield f'<line class="rule" x1="{_LEFT:g}" x2="{width - _RIGHT:g}" y1="{y:g}" y2="{y:g}"/>'
        if last is None or last - y >= 12:
            yield f'<text class="soft" text-anchor="end" x="{_LEFT - 6:g}" y="{y + 4:g}">{mark}{unit}</text>'
            last = y


def _labels(rows: Sequence[Row]) -> Iterator[str]:
    top = _TOP + 2 * _PANEL + _GAP + 16
    for index, row in enumerate(rows):
        x = _LEFT + (index + 0.5) * _COLUMN
        number = f"{row.index + 1} " if row.index is not None else ""
        lines = textwrap.wrap(number + row.label, 18)[:3]
        shown = "".join(
            f'<tspan x="{x:g}" dy="{14 if at else 0}">{escape(line)}</tspan>' for at, line in enumerate(lines)
        )
        yield f'<text text-anchor="middle" x="{x:g}" y="{top:g}">{shown}</text>'
        begins = f"{plan.span(row.start)}"
        yield f'<text class="soft" text-anchor="middle" x="{x:g}" y="{top + 46:g}">at {begins}</text>'
        waits = textwrap.shorten(plan.waits(row).replace(" at least", ""), 18, placeholder="…")
        yield f'<text class="soft" text-anchor="middle" x="{x:g}" y="{top + 60:g}">{escape(waits)}</text>'
        yield (f'<text class="soft" text-anchor="middle" x="{x:g}" y="{_TOP + _PANEL + 16:g}">{plan.share(row)}</text>')


def _points(planned: Planned) -> list[_Point]:
    """What is to be drawn, from left to right: each row has a column of its own, with its moments in order of time."""
    points = [_Point(_LEFT, 0.0, 0, planned.simulation.spec.replicas, 0)]
    for index, row in enumerate(planned.simulation.rows):
        left = _LEFT + index * _COLUMN
        for at, found in enumerate(row.moments):
            # What happens in no time still gets some room, and what ends a step is seen before the next begins.
            part = max(min(_part(row, found), 0.85), 0.3 * (at + 1) / (len(row.moments) + 1))
            points.append(_point(left + part * _COLUMN, found))
        points.append(_point(left + _COLUMN, row.end))
    return points


def _part(row: Row, found: Moment) -> float:
    return (found.at - row.start) / row.seconds if row.seconds else 0.0


def _point(x: float, found: Moment) -> _Point:
    return _Point(x, found.share, found.canary, found.stable, found.trials)


def _band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """What lies between two such paths: along the upper one, and back along the lower one."""
    back = [f"V{lower[-1][1]:.1f}"]
    back += [f"H{x:.1f} V{before:.1f}" for (x, _), (_, before) in zip(lower[:0:-1], lower[-2::-1], strict=True)]
    return f"{_steps(upper)} {' '.join(back)} H{lower[0][0]:.1f} Z"


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """A path that keeps each height until the next point."""
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    path += [f"H{x:.1f} V{y:.1f}" for x, y in points[1:]]
    return " ".join(path)
