"""Reviews of charts as text and JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from rolloutgen.diff.object_diff import Action
from rolloutgen.diff.result import Field, Object, Review
from rolloutgen.model import Diagnostic, Json, Severity
from rolloutgen.report.plan import plan_data

SIGNS = {"added": "+", "removed": "-", "changed": "~", "converted": ">", "renamed": ">"}
_COUNTED: tuple[Action, ...] = ("changed", "converted", "renamed", "added", "removed")
_GRAVE: tuple[Severity, ...] = ("error", "warning")


def summary(review: Review) -> str:
    """ "3 objects changed, 1 added; 1 error, 2 warnings", or why there is nothing to count."""
    if review.status == "failed":
        return "could not be compared"
    if review.status == "same":
        return "renders the same: nothing reaches the cluster"
    parts = [f"{count} {action}" for action in _COUNTED if (count := review.count(action))]
    counted = ", ".join(parts)
    if review.status in ("new", "removed"):
        return f"{'is new' if review.status == 'new' else 'is removed'}: {counted or 'no objects'}"
    grave = [plural(len(found), severity) for severity in _GRAVE if (found := review.graver(severity))]
    objects = f"objects: {counted}" if counted else "no object changes"
    return f"{objects}; {', '.join(grave)}" if grave else objects


def versions(review: Review) -> str:
    """ "0.1.0 -> 0.2.0", or the one version."""
    old, new = review.versions
    return f"{old} -> {new}" if old and new and old != new else new or old


def total(reviews: Sequence[Review]) -> str:
    """One line over several charts."""
    counts = {
        status: sum(one.status == status for one in reviews)
        for status in ("changed", "new", "removed", "failed", "same")
    }
    words = {"same": "that render the same"}
    parts = [f"{count} {words.get(status, status)}" for status, count in counts.items() if count]
    return f"{plural(len(reviews), 'chart')}: {', '.join(parts)}" if reviews else "no chart changed"


def groups(review: Review) -> tuple[list[Object], list[Object]]:
    """The objects worth showing one by one, and those of which only labels of the chart's version changed."""
    minor = [thing for thing in review.objects if thing.minor]
    if len(minor) < 2:
        return list(review.objects), []
    return [thing for thing in review.objects if not thing.minor], minor


def value(found: tuple[Json, ...]) -> str:
    """A field's value on one line; text as it is, the rest as JSON; "" where there is none."""
    if not found:
        return ""
    return found[0] if isinstance(found[0], str) else json.dumps(found[0], ensure_ascii=False, default=str)


def is_long(field: Field) -> bool:
    """Whether a field needs a diff of its own lines."""
    return any("\n" in side for side in (value(field.before), value(field.after)))


def plural(count: int, word: str) -> str:
    """ "1 chart", "2 charts"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def plain(message: str) -> str:
    """A message without its code marks."""
    return message.replace("`", "")


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
    if review.diagnostics:
        yield ""
        yield from (_impact(line) for line in review.diagnostics)
    things, minor = groups(review)
    if things or minor:
        yield ""
    for thing in things:
        yield from _object(thing, len(review.value_sets))
    if minor:
        names = ", ".join(thing.title for thing in minor[:5]) + (" ..." if len(minor) > 5 else "")
        yield f"  ~ only labels of the chart's version on {len(minor)} objects: {names}"
    yield from _cutover(review)
    if review.diagnostics:
        yield ""
        yield f"more: rolloutgen explain {review.diagnostics[0].code}"


def _sets(review: Review) -> str:
    return f", {len(review.value_sets)} value sets" if len(review.value_sets) > 1 else ""


def _impact(line: Diagnostic) -> str:
    about = f"{line.subject}: " if line.subject else ""
    where = f" (in {', '.join(line.value_sets)})" if line.value_sets else ""
    return f"  {line.severity:7}  {about}{plain(line.message)}{where} [{line.code}]"


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


def as_json(reviews: Sequence[Review]) -> str:
    """The document, with a newline."""
    body = {"version": 1, "charts": [as_data(review) for review in reviews]}
    return json.dumps(body, indent=2, ensure_ascii=False, default=str) + "\n"


def as_data(review: Review) -> dict[str, Any]:
    """chart, name, status, against, versions, meaning, objects, value_sets, notes, cutover, plans, fault."""
    return {
        "chart": review.path,
        "name": review.name,
        "status": review.status,
        "against": review.against,
        "versions": {"before": review.versions[0] or None, "after": review.versions[1] or None},
        "value_sets": list(review.value_sets),
        "meaning": [
            {
                "rule": line.code,
                "severity": line.severity,
                "object": line.subject or None,
                "message": plain(line.message),
                **({"value_sets": list(line.value_sets)} if line.value_sets else {}),
            }
            for line in review.diagnostics
        ],
        "objects": [_object_data(thing) for thing in review.objects],
        "notes": list(review.notes),
        "cutover": [
            {
                "deployer": title,
                "steps": [{"title": s.title, "commands": list(s.commands), "why": s.why} for s in steps],
            }
            for title, steps in review.cutover
        ],
        "plans": [plan_data(planned) for planned in review.plans],
        **({"fault": review.fault} if review.fault else {}),
    }


def _object_data(thing: Object) -> dict[str, Any]:
    return {
        "action": thing.action,
        "kind": thing.kind,
        "name": thing.name,
        "namespace": thing.namespace or None,
        "template": thing.template,
        **({"was": thing.was} if thing.was else {}),
        "value_sets": list(thing.value_sets),
        "fields": [_field_data(field) for field in thing.fields],
    }


def _field_data(field: Field) -> dict[str, Any]:
    return {
        "path": field.path,
        **({"before": field.before[0]} if field.before else {}),
        **({"after": field.after[0]} if field.after else {}),
    }
