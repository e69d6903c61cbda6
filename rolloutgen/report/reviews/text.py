"""Reviews for a person at a terminal: what it does, then what changes, a line a field."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from ...review.reviewed import Field, Line, Object, Review
from .words import SIGNS, groups, is_long, plain, summary, total, value, versions

_LONGEST = 100
_MOST_FIELDS = 60


def text(reviews: Sequence[Review]) -> str:
    """All reviews, and a line over all of them where there are several or none."""
    parts = ["\n".join(_lines(review)) for review in reviews]
    if len(reviews) != 1:
        parts.append(total(reviews))
    return "\n\n".join(parts) + "\n"


def _lines(review: Review) -> Iterator[str]:
    version = f" {versions(review)}" if versions(review) else ""
    yield f"{review.path}{version}: {summary(review)}"
    if review.fault:
        yield from (f"  {line}" for line in review.fault.splitlines())
    if review.against:
        yield f"  against {review.against}{_sets(review)}"
    yield from (f"  note: {note}" for note in review.notes)
    if review.lines:
        yield ""
        yield from (_meaning(line) for line in review.lines)
    things, minor = groups(review)
    if things or minor:
        yield ""
    for thing in things:
        yield from _object(thing, len(review.value_sets))
    if minor:
        names = ", ".join(thing.title for thing in minor[:5]) + (" ..." if len(minor) > 5 else "")
        yield f"  ~ only labels of the chart's version on {len(minor)} objects: {names}"
    yield from _cutover(review)
    if review.lines:
        yield ""
        yield f"more: rolloutgen explain {review.lines[0].rule}"


def _sets(review: Review) -> str:
    return f", {len(review.value_sets)} value sets" if len(review.value_sets) > 1 else ""


def _meaning(line: Line) -> str:
    about = f"{line.object}: " if line.object else ""
    where = f" (in {', '.join(line.value_sets)})" if line.value_sets else ""
    return f"  {line.severity:7}  {about}{plain(line.message)}{where} [{line.rule}]"


def _object(thing: Object, sets: int) -> Iterator[str]:
    was = f" (was {thing.was})" if thing.was else ""
    where = f" (in {', '.join(thing.value_sets)})" if len(thing.value_sets) < sets else ""
    yield f"  {SIGNS[thing.action]} {thing.title}{was}{where}"
    for field in thing.fields[:_MOST_FIELDS]:
        yield from _field(field)
    if len(thing.fields) > _MOST_FIELDS:
        yield f"      and {len(thing.fields) - _MOST_FIELDS} more fields (--format json has them)"


def _field(field: Field) -> Iterator[str]:
    if is_long(field):
        yield f"      {field.path}:"
        old, new = value(field.before).splitlines(), value(field.after).splitlines()
        for line in list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]:
            yield f"        {line}"
        return
    was, now = _short(value(field.before)), _short(value(field.after))
    if not field.before:
        yield f"      {field.path}: + {now}"
    elif not field.after:
        yield f"      {field.path}: - {was}"
    else:
        yield f"      {field.path}: {was} -> {now}"


def _short(shown: str) -> str:
    text = shown or '""'
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _cutover(review: Review) -> Iterator[str]:
    for title, steps in review.cutover[:1]:
        yield ""
        yield f"the first deployment, with {title} (--format markdown has the reasons, --format json all deployers):"
        for number, step in enumerate(steps, 1):
            yield f"  {number}. {step.title}"
            yield from (f"       {line}" for command in step.commands for line in command.splitlines())
