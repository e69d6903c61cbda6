"""Findings for a person: grouped by file, each with its line and a caret below what it is about."""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.lint.validate import Judged
from rolloutgen.report.findings.summary import Result, sets_of, subject, summary
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic

_WIDEST = 160  # characters of a source line that are shown
_SEVERITY = {"error": "error", "warning": "warning", "info": "note"}


def report(result: Result) -> str:
    """The findings by file, the kinds that nobody checked, and the summary line."""
    by_file: dict[str, list[tuple[Judged, LocatedDiagnostic]]] = {}
    unchecked: dict[str, int] = {}
    for one, found in result.remarks():
        if found.diagnostic.code == "no-schema":
            unchecked[found.diagnostic.message] = unchecked.get(found.diagnostic.message, 0) + 1
        else:
            by_file.setdefault(found.diagnostic.path, []).append((one, found))
    lines: list[str] = []
    explained: set[str] = set()
    for path, entries in by_file.items():
        lines.append(_printable(path) or "(no file)")
        for one, found in entries:
            lines += _finding(one, found, explained)
        lines.append("")
    lines += [f"not checked: {_printable(message)} ({_times(count)})" for message, count in unchecked.items()]
    if result.gone:
        lines.append(f"{result.gone} entries of the baseline are found no more: --write-baseline drops them")
    lines.append(summary(result))
    return "\n".join(lines) + "\n"


def _finding(one: Judged, found: LocatedDiagnostic, explained: set[str]) -> Iterator[str]:
    finding = found.diagnostic
    where = f"{finding.line}:{found.column or 1}: " if finding.line else ""
    yield f"  {where}{_SEVERITY[finding.severity]}: {_printable(' '.join(finding.message.split()))} [{finding.code}]"
    number = finding.line or found.rendered_line
    if found.text and number:
        gutter = f"{number:>6} | "
        yield f"{gutter}{_shown(found.text)}"
        if 0 < found.column <= _WIDEST:
            blank = "".join("\t" if sign == "\t" else " " for sign in found.text[: found.column - 1])
            width = max(1, min(found.width, _WIDEST - found.column + 1))
            yield f"{' ' * (len(gutter) - 2)}| {blank}{'^' * width}"
    rendered = "rendered text" if found.rendered_line and not finding.line else ""
    about = "; ".join(part for part in (rendered, subject(finding), sets_of(finding, one)) if part)
    if about:
        yield f"         {_printable(about)}"
    if finding.hint and finding.code not in explained:
        explained.add(finding.code)
        yield f"         fix: {finding.hint}"


def _shown(text: str) -> str:
    clean = _printable(text)
    return clean if len(clean) <= _WIDEST else f"{clean[:_WIDEST]}..."


def _printable(text: str) -> str:
    """A text as a terminal may have it: control characters could move its cursor."""
    return "".join(sign if sign == "\t" or sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
