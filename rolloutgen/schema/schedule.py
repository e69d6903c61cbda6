"""Schedules of CronJobs, as the cron library of Kubernetes reads them (robfig/cron v3, ParseStandard)."""

from __future__ import annotations

import re

from rolloutgen.schema.durations import go_duration

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
# Lowest value, highest value and names of minute, hour, day, month, weekday. A Sunday is 0, never 7.
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_WORDS = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))
_NUMBER = re.compile(r"\+?[0-9]{1,18}")


def is_schedule(text: str) -> bool:
    """Whether a CronJob may have this schedule. A time zone in it is refused: it has a field of its own."""
    if "TZ" in text:
        return False
    if text.startswith("@"):
        return text in _WORDS or (text.startswith("@every ") and go_duration(text.removeprefix("@every ")) is not None)
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(
        _is_range(part, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True) for part in field.split(",")
    )


def _is_range(part: str, lowest: int, highest: int, names: dict[str, int]) -> bool:
    if not part:  # empty parts of a list are passed over
        return True
    span, slash, step = part.partition("/")
    start, hyphen, end = span.partition("-")
    if "/" in step or (slash and not (_NUMBER.fullmatch(step) and int(step) > 0)):
        return False
    if start in ("*", "?"):
        return "-" not in end
    low = _value(start, names)
    high = _value(end, names) if hyphen else (highest if slash else low)
    return low is not None and high is not None and lowest <= low <= high <= highest


def _value(text: str, names: dict[str, int]) -> int | None:
    if text.lower() in names:
        return names[text.lower()]
    return int(text) if _NUMBER.fullmatch(text) else None
