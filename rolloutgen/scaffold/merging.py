"""Three ways of one set of files: what a template made then, what it makes now, what people have made of it since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..git.gitmerge import marked_merge, merged_file

_MARK = re.compile(rb"^<{7} ", re.M)


@dataclass(frozen=True, slots=True)
class Merged:
    """One file that changes: its bytes now and then, None for a file that is not there. `clashes` are the lines of the
    conflicts in it; `edited` tells that both sides changed the same lines."""

    path: str
    now: bytes | None
    then: bytes | None
    edited: bool = False
    clashes: tuple[int, ...] = ()


def merged(
    ours: Mapping[str, bytes], base: Mapping[str, bytes], theirs: Mapping[str, bytes], *, labels: tuple[str, str] | None
) -> Iterator[Merged]:
    """What `theirs` has changed since `base`, brought into `ours`, file by file.

    Where both changed the same lines, both stand between conflict marks with `labels` (ours, theirs); without labels
    theirs stands. A file that people deleted stays deleted, and one that they changed is kept where the template has
    dropped it.
    """
    for path in sorted({*base, *theirs}):
        then, today, now = base.get(path), theirs.get(path), ours.get(path)
        if then == today or now == today:
            continue
        if today is None:
            if now == then:
                yield Merged(path, now, None)
        elif now is None:
            if then is None:
                yield Merged(path, None, today)
        else:
            yield from _lines(path, now, then or b"", today, labels)


def marks_in(data: bytes) -> tuple[int, ...]:
    """The lines on which conflicts begin."""
    return tuple(data.count(b"\n", 0, match.start()) + 1 for match in _MARK.finditer(data))


def _lines(path: str, now: bytes, then: bytes, today: bytes, labels: tuple[str, str] | None) -> Iterator[Merged]:
    if b"\r\n" in now and b"\r\n" not in then:  # a checkout with line ends of its own
        then, today = then.replace(b"\n", b"\r\n"), today.replace(b"\n", b"\r\n")
    if labels is None:
        result, edited = merged_file(now, then, today)
        clashes: tuple[int, ...] = ()
    else:
        result, edited = marked_merge(now, then, today, labels)
        clashes = marks_in(result) if edited else ()
    if result != now or (edited and labels):
        yield Merged(path, now, result, edited, clashes)
