"""The style sheet of HTML reports: two schemes of colours, one column, long lines scroll in their own box.

Reviews as one HTML page that needs nothing else: no script, no network; light and dark, readable on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from rolloutgen.diff.result import Object, Review
from rolloutgen.model import Diagnostic
from rolloutgen.report import plan
from rolloutgen.report.diff import SIGNS, groups, summary, total, versions
from rolloutgen.report.plan import table
from rolloutgen.report.plan_svg import svg
from rolloutgen.simulate.plans import Planned

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --box: #f6f8fa;
  --ins: #dafbe1; --del: #ffebe9; --error: #cf222e; --warning: #9a6700; --info: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --text: #f0f6fc; --soft: #9198a1; --line: #3d444d; --box: #151b23;
    --ins: #1b4721; --del: #5d1e20; --error: #ff7b72; --warning: #d29922; --info: #58a6ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.25; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; } h3 { font-size: 1.05rem; }
.version, .against, .note, .rule, .summary { color: var(--soft); }
.chart { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: .5rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
li code, p code { background: var(--box); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere; }
.meaning { list-style: none; padding: 0; }
.meaning li { border-left: 4px solid var(--info); padding: .25rem .75rem; margin: .4rem 0; overflow-wrap: anywhere; }
.meaning li.warning { border-color: var(--warning); } .meaning li.error { border-color: var(--error); }
.severity { font-size: .75rem; font-weight: 600; text-transform: uppercase; color: var(--info); }
.warning .severity { color: var(--warning); } .error .severity { color: var(--error); }
.rule { font-size: .8rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; background: var(--box); }
summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; }
pre { margin: 0; padding: .5rem .75rem; overflow-x: auto; background: var(--page); }
li pre { margin: .25rem 0 .75rem; border: 1px solid var(--line); border-radius: 6px; }
.cutover ol { padding-right: 1rem; }
.diff span { display: block; white-space: pre; min-width: max-content; }
.diff .ins { background: var(--ins); } .diff .del { background: var(--del); } .diff .hunk { color: var(--soft); }
.fault { border: 1px solid var(--error); border-radius: 6px; }
.plan figure { margin: 1rem 0; overflow-x: auto; } .plan figure svg.rg-plan { max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
ol, ul { padding-left: 1.5rem; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; white-space: nowrap; }
.plain { list-style: none; padding: 0; }
"""


_HEAD = ("step", "traffic", "canary pods", "stable pods", "peak", "from", "waits for", "abort here")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(reviews: Sequence[Review]) -> str:
    """The page."""
    title = total(reviews) if len(reviews) != 1 else f"{reviews[0].name}: {summary(reviews[0])}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            *_contents(reviews),
            *(line for index, review in enumerate(reviews) for line in _review(review, index)),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _contents(reviews: Sequence[Review]) -> Iterator[str]:
    if len(reviews) == 1:
        return
    yield f"<h1>{escape(total(reviews))}</h1>"
    yield '<nav><ul class="plain">'
    for index, review in enumerate(reviews):
        yield f'<li><a href="#chart-{index}">{escape(review.path)}</a> {escape(summary(review))}</li>'
    yield "</ul></nav>"


def _review(review: Review, index: int) -> Iterator[str]:
    yield f'<section class="chart" id="chart-{index}">'
    yield f'<h2><code>{escape(review.path)}</code> <span class="version">{escape(versions(review))}</span></h2>'
    yield f'<p class="summary">{escape(summary(review))}</p>'
    if review.fault:
        yield f'<pre class="fault">{escape(review.fault)}</pre>'
    if review.against:
        sets = f", values: {escape(', '.join(review.value_sets))}" if review.value_sets else ""
        yield f'<p class="against">Compared with {escape(review.against)}{sets}.</p>'
    yield from (f'<p class="note">{escape(note)}</p>' for note in review.notes)
    if review.diagnostics:
        yield '<ul class="meaning">'
        yield from (_impact(line) for line in review.diagnostics)
        yield "</ul>"
    for planned in review.plans:
        yield from _plan(planned)
    for title, steps in review.cutover:
        yield f'<details class="cutover"><summary>The first deployment, with {escape(title)}</summary><ol>'
        for step in steps:
            commands = escape("\n".join(step.commands))
            yield f"<li><b>{escape(step.title)}.</b> {escape(step.why)}<pre>{commands}</pre></li>"
        yield "</ol></details>"
    things, minor = groups(review)
    yield from (_object(thing) for thing in things)
    if minor:
        names = "".join(f"<li><code>{escape(thing.title)}</code></li>" for thing in minor)
        head = f"Only labels of the chart's version: {len(minor)} objects"
        yield f'<details class="object"><summary>{head}</summary><ul>{names}</ul></details>'
    yield "</section>"


def _impact(line: Diagnostic) -> str:
    about = f"<b>{escape(line.subject)}</b> " if line.subject else ""
    where = f" (in {escape(', '.join(line.value_sets))})" if line.value_sets else ""
    said = f"{about}{_message(line.message)}{where}"
    severity, rule = f'<span class="severity">{line.severity}</span>', f'<span class="rule">{escape(line.code)}</span>'
    return f'<li class="{line.severity}">{severity} {said} {rule}</li>'


def _object(thing: Object) -> str:
    was = f" (was {escape(thing.was)})" if thing.was else ""
    is_open = " open" if thing.action in ("changed", "converted") and len(thing.fields) <= 12 else ""
    head = f"<code>{SIGNS[thing.action]} {escape(thing.title)}</code> {thing.action}{was}"
    body = f'<pre class="diff">{"".join(_diff(thing.diff))}</pre>'
    return f'<details class="object {thing.action}"{is_open}><summary>{head}</summary>{body}</details>'


def _diff(diff: str) -> Iterator[str]:
    classes = {"+": "ins", "-": "del", "@": "hunk"}
    for line in diff.splitlines()[2:]:
        kind = classes.get(line[:1], "same")
        yield f'<span class="{kind}">{escape(line) or " "}</span>'


def _message(message: str) -> str:
    parts = message.split("`")
    return "".join(f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(parts))


def _plan(planned: Planned) -> Iterator[str]:
    """The update of one Rollout: what it takes, the picture, the table, what the table cannot say."""
    simulation = planned.simulation
    head = (
        f"Rollout <code>{escape(planned.name)}</code>: {escape(plan.total(simulation))}, {escape(plan.peak(planned))}"
    )
    yield f'<section class="plan"><h3>{head}</h3>'
    picture = re.sub(r"\brg-(title|desc)\b", lambda found: f"{found[0]}-{planned.name}", svg(planned))
    yield f"<figure>{picture}</figure>"
    cells = "".join(f"<th>{name}</th>" for name in _HEAD)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table(planned))
    yield f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
    notes = "".join(f"<li>{_message(note)}</li>" for note in plan.notes(planned))
    yield f"<ul>{notes}</ul></section>" if notes else "</section>"
