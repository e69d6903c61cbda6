"""Bytes of templates that are no UTF-8: the embedded Helm prints U+FFFD for them, a Helm that installs refuses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..chart.chart import Chart
from ..model import Finding
from ..objects.release import ReleaseView

_UNKNOWN = "\ufffd"
_HINT = "Convert the file to UTF-8."


def not_utf8(chart: Chart, views: Sequence[ReleaseView]) -> Iterator[Finding]:
    """One finding for each template whose text has such bytes, of its own or by an include. In comments of Helm's, or
    in NOTES.txt, they harm nobody."""
    lines = {path: line for path in chart.files if "templates/" in path and (line := _line(chart.files[path]))}
    if not lines:
        return
    told: set[str] = set()
    for view in views:
        for path, text in view.files.items():
            if _UNKNOWN not in text or path.endswith("NOTES.txt") or _UNKNOWN.encode() in chart.files.get(path, b""):
                continue
            source = path if path in lines else next(iter(lines))
            if source not in told:
                told.add(source)
                what = f"{path} renders to text that is not UTF-8: Helm refuses it"
                yield Finding("does-not-render", "error", what, _HINT, source, lines[source])


def _line(data: bytes) -> int:
    """The first line that is not UTF-8, 0 where all are."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return data.count(b"\n", 0, fault.start) + 1
    return 0
