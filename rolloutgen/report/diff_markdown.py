"""Reviews as the comment of a pull request: summary, meaning, then collapsed diffs, and a clear cut if it gets long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rolloutgen.diff.result import Object, Review
from rolloutgen.model import Diagnostic
from rolloutgen.report import plan_markdown
from rolloutgen.report.diff import SIGNS, groups, summary, total, versions

if TYPE_CHECKING:
    from rolloutgen.convert.cutover.plan import CutoverStep

# GitHub refuses comments above 65,536 characters; a little is left for what a bot adds.
LIMIT = 60_000
_MARK = {"error": "🛑", "warning": "⚠️", "info": "ℹ️"}
_ABOUT = "`rolloutgen explain ID` tells more about a line."


def marker_of(name: str = "") -> str:
    """The hidden line by which a bot finds its own comment again."""
    safe = re.sub(r"[^\w./]+", "-", name)
    return f"<!-- rolloutgen diff {safe} -->" if safe else "<!-- rolloutgen diff -->"


def markdown(reviews: Sequence[Review], *, marker: str = "", limit: int = 0) -> str:
    """The comment, never longer than `limit` characters (0: what GitHub takes). What is left out is counted."""
    most = limit or LIMIT
    head = [marker_of(marker), f"### rolloutgen: {total(reviews)}" if len(reviews) != 1 else "", ""]
    out = [line for line in head if line]
    charts = [list(_head(review)) for review in reviews]
    bodies = [list(_details(review)) for review in reviews]
    # Each chart's first line comes for sure, then what it means, for all charts; the diffs share what is left. Each
    # chart keeps room to say what of it is not shown, until that is known.
    budget = _Budget(most - 200 - len("\n".join(head)) - sum(len(lines[0]) + 2 for lines in charts))
    rooms = [len(_not_shown(details)) + 2 for details in bodies]
    by_gravity = sorted(range(len(reviews)), key=lambda index: not reviews[index].code)
    kept = {index for index in by_gravity if budget.take(charts[index][1:], rooms[index])}
    for index, (lines, details, room) in enumerate(zip(charts, bodies, rooms, strict=True)):
        if index not in kept:
            out += [lines[0], ""]
            budget.cut += 1
            continue
        out += [*lines, ""]
        note = _not_shown([(title, block) for title, block in details if not _added(out, block, budget)])
        out += [note, ""] if note else []
        budget.left += room - (len(note) + 2 if note else 0)
    if budget.cut:
        out += [f"✂️ Cut: of {budget.cut} charts only the first line is shown.", ""]
    if any(review.diagnostics for review in reviews):
        out.append(_ABOUT)
    whole = "\n".join(out).rstrip() + "\n"
    return whole if len(whole) <= most else _hard_cut(whole, most)


class _Budget:
    """How many characters are left."""

    def __init__(self, left: int) -> None:
        self.left, self.cut = left, 0

    def take(self, lines: Sequence[str], room: int = 0) -> bool:
        """Whether these lines fit, with room for more; if so they are counted."""
        size = sum(len(line) + 1 for line in lines) + room
        if size > self.left:
            return False
        self.left -= size
        return True


def _not_shown(details: Sequence[tuple[str, list[str]]]) -> str:
    names = ", ".join(_escaped(title) for title, _ in details[:8])
    more = f" and {len(details) - 8} more" if len(details) > 8 else ""
    return f"✂️ Cut here, the comment would be too long. Not shown: {names}{more}." if details else ""


def _added(out: list[str], block: list[str], budget: _Budget) -> bool:
    if not budget.take(block):
        return False
    out += block
    return True


def _hard_cut(whole: str, most: int) -> str:
    tail = "\n\n✂️ Cut here, the comment would be too long.\n"
    return whole[: most - len(tail)].rpartition("\n")[0] + tail


def _head(review: Review) -> Iterator[str]:
    version = f" {_escaped(versions(review))}" if versions(review) else ""
    yield f"#### {_code(review.path)}{version}: {_escaped(summary(review))}"
    yield ""
    if review.fault:
        yield from _fenced(review.fault, "text")
    if review.against:
        sets = ", ".join(_code(name) for name in review.value_sets[:6])
        yield f"Compared with {_escaped(review.against)}{f', values: {sets}' if sets else ''}."
        yield ""
    yield from (f"> {_escaped(note)}" for note in review.notes)
    if review.notes:
        yield ""
    yield from (_impact(line) for line in review.diagnostics)


def _impact(line: Diagnostic) -> str:
    about = f"**{_escaped(line.subject)}** " if line.subject else ""
    where = f" (in {', '.join(_code(name) for name in line.value_sets)})" if line.value_sets else ""
    return f"* {_MARK[line.severity]} {about}{_message(line.message)}{where} <sub>{line.code}</sub>"


def _details(review: Review) -> Iterator[tuple[str, list[str]]]:
    """The collapsed blocks, each with a title for the case that it is cut."""
    for planned in review.plans:
        heading, *lines = plan_markdown.markdown([planned]).splitlines()
        parts = heading.lstrip("# ").split("`")
        title = "".join(f"<code>{_html(part)}</code>" if index % 2 else _html(part) for index, part in enumerate(parts))
        yield f"the steps of Rollout {planned.name}", list(_collapsed(title, [*lines, ""]))
    for title, steps in review.cutover:
        yield (
            f"the cutover with {title}",
            list(_collapsed(f"<b>The first deployment, with {_html(title)}</b>", _steps(steps))),
        )
    things, minor = groups(review)
    for thing in things:
        yield thing.title, list(_object(thing))
    if minor:
        names = [f"* {_code(thing.title)}" for thing in minor]
        yield "labels", list(_collapsed(f"Only labels of the chart's version: {len(minor)} objects", names))


def _steps(steps: Sequence[CutoverStep]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield f"{number}. **{_escaped(step.title)}.** {_escaped(step.why)}"
        yield ""
        yield from (f"   {line}" for line in _fenced("\n".join(step.commands), "sh"))


def _object(thing: Object) -> Iterator[str]:
    was = f", was {_html(thing.was)}" if thing.was else ""
    title = f"<code>{SIGNS[thing.action]}</code> {_html(thing.title)} {thing.action}{was}"
    yield from _collapsed(title, _fenced(thing.diff.removeprefix("--- before\n+++ after\n"), "diff"))


def _collapsed(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _fenced(content: str, language: str) -> Iterator[str]:
    """A block of code whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", content)), default=2)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from content.rstrip("\n").split("\n")
    yield fence
    yield ""


def _message(message: str) -> str:
    """A message with its code marks kept and everything else that Markdown or HTML would read made harmless."""
    parts = message.split("`")
    return "".join(_code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    """Text in which nothing is markup, a mention or a link to an issue."""
    line = re.sub(r"([\\*_{}\[\]|~])", r"\\\1", re.sub(r"\s+", " ", text))
    return _html(line)


def _code(text: str) -> str:
    line = " ".join(text.split())
    return f"`` {line} ``" if "`" in line else f"`{line}`"


def _html(text: str) -> str:
    harmless = text.replace("#", "#\u200b").replace("@", "@\u200b")
    return harmless.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "&#96;")
