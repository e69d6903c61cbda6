"""Which branches of a chart's templates a conversion rendered: as one line, as data, as lcov, as an HTML page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.branches import Branch
from rolloutgen.text_edits import line_of
from rolloutgen.valuesets.coverage import Coverage

_MOST_PLACES = 5  # of a line of text: --json and --coverage have all
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#222;background:#fff}"
    "h2{font-size:1.1em;margin:2em 0 .5em}table{border-collapse:collapse;width:100%;font:12px/1.5 monospace}"
    "td{padding:0 .6em;white-space:pre-wrap;overflow-wrap:anywhere;vertical-align:top}"
    "td:first-child{color:#666;text-align:right;width:4em;user-select:none}"
    "tr.no{background:#fbe3e4}tr.yes{background:#e8f5e9}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}tr.no{background:#4b2224}"
    "tr.yes{background:#1f3522}td:first-child{color:#999}}"
)


def coverage_line(coverage: Coverage) -> str:
    """`143 of 146 branches; not rendered: templates/route.yaml:3`, "" for a chart without branches."""
    total = len(coverage.branches)
    if not total:
        return ""
    places = list(dict.fromkeys(f"{branch.path}:{branch.line}" for branch in coverage.not_rendered))
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    shown = f"; not rendered: {', '.join(places[:_MOST_PLACES])}{more}" if places else ""
    return f"{total - len(coverage.not_rendered)} of {total} {'branch' if total == 1 else 'branches'}{shown}"


def coverage_data(coverage: Coverage) -> dict[str, Any]:
    """branches, rendered (numbers), not_rendered: path and line of each."""
    return {
        "branches": len(coverage.branches),
        "rendered": len(coverage.branches) - len(coverage.not_rendered),
        "not_rendered": [{"path": branch.path, "line": branch.line} for branch in coverage.not_rendered],
    }


def lcov(chart: Chart, coverage: Coverage, root: str) -> str:
    """The records of one chart; `root` is the path of its folder, which names of files begin with."""
    return "".join(f"{line}\n" for path in _files(coverage) for line in _record(chart, coverage, path, root))


def _record(chart: Chart, coverage: Coverage, path: str, root: str) -> Iterator[str]:
    branches = [branch for branch in coverage.branches if branch.path == path]
    yield "TN:"
    yield f"SF:{posixpath.join(root.replace(chr(92), '/'), path)}"
    for number, branch in enumerate(branches):
        yield f"BRDA:{branch.line},0,{number},{int(branch.number in coverage.rendered)}"
    yield f"BRF:{len(branches)}"
    yield f"BRH:{sum(branch.number in coverage.rendered for branch in branches)}"
    lines = _lines(chart.text(path), branches, coverage)
    yield from (f"DA:{line},{int(hit)}" for line, hit in lines.items())
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(lines.values())}"
    yield "end_of_record"


def _files(coverage: Coverage) -> Iterable[str]:
    return dict.fromkeys(branch.path for branch in coverage.branches)


def _lines(text: str, branches: Sequence[Branch], coverage: Coverage) -> Mapping[int, bool]:
    """For each line that a branch begins in or holds: whether the innermost of them was rendered."""
    found: dict[int, bool] = {}
    for branch in branches:  # an inner branch comes after the one around it
        hit = branch.number in coverage.rendered
        last = line_of(text, min(branch.body.end, len(text)))
        end = text[text.rfind("\n", 0, branch.body.end) + 1 : branch.body.end]
        for line in range(branch.line, last + bool(end.strip())):
            found[line] = hit
        found[branch.line] = hit
    return found


def coverage_page(sections: Iterable[str]) -> str:
    """One HTML page, without anything from elsewhere, of the sections of several charts."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Template coverage</title>'
        f"<style>{_STYLE}</style></head><body><h1>Branches of templates that were rendered</h1>"
        f"{''.join(sections)}</body></html>\n"
    )


def coverage_section(chart: Chart, coverage: Coverage, root: str) -> str:
    """A chart's part of the page: each template with branches, its lines coloured."""
    parts = [f"<h2>{escape(root)}: {escape(coverage_line(coverage) or 'no branches')}</h2>"]
    if coverage.failed:
        failed = "".join(f"<li><code>{escape(name)}</code>: {escape(why)}</li>" for name, why in coverage.failed)
        parts.append(f"<details><summary>Value sets that do not render</summary><ul>{failed}</ul></details>")
    for path in _files(coverage):
        branches = [branch for branch in coverage.branches if branch.path == path]
        hit = sum(branch.number in coverage.rendered for branch in branches)
        marks = _lines(chart.text(path), branches, coverage)
        rows = "".join(_row(number, line, marks) for number, line in enumerate(chart.text(path).splitlines(), 1))
        is_open = " open" if hit < len(branches) else ""
        title = f"<summary>{escape(path)}: {hit} of {len(branches)}</summary>"
        parts.append(f"<details{is_open}>{title}<table>{rows}</table></details>")
    return "".join(parts)


def _row(number: int, line: str, marks: Mapping[int, bool]) -> str:
    kind = {True: ' class="yes"', False: ' class="no"'}.get(marks[number], "") if number in marks else ""
    return f"<tr{kind}><td>{number}</td><td>{escape(line)}</td></tr>"
