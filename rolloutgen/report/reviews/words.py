"""What the forms of a review share: the summary line, signs, values on one line."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...model import Json, Severity
from ...review.between import Action
from ...review.reviewed import Field, Object, Review

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
