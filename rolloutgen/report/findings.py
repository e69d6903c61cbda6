"""Findings of `validate` as text and JSON, and what all formats share: counts, order, fingerprints."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from rolloutgen.kube.tree import path_text
from rolloutgen.lint.excerpt import LocatedDiagnostic
from rolloutgen.lint.validate import Judged
from rolloutgen.model import Diagnostic, Severity

RANK: tuple[Severity, ...] = ("error", "warning", "info")
_PLURAL = {"info": "notes", "error": "errors", "warning": "warnings"}


class Result(NamedTuple):
    """The outcome of a check. `fail_on` is the severity from which on it fails; `known` counts findings that the
    baseline accepts, `gone` entries of the baseline that nothing has any more."""

    judged: Sequence[Judged]
    fail_on: Literal["error", "warning"] = "error"
    known: int = 0
    gone: int = 0

    def remarks(self) -> Iterator[tuple[Judged, LocatedDiagnostic]]:
        """Every remark with the chart that it belongs to."""
        for one in self.judged:
            for found in one.remarks:
                yield one, found

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding is one to fail for."""
        return RANK.index(finding.severity) <= RANK.index(self.fail_on)

    @property
    def failed(self) -> bool:
        """Whether there is any such finding."""
        return any(self.fails(found.diagnostic) for _, found in self.remarks())

    def count(self, severity: Severity) -> int:
        """How many findings of one severity there are."""
        return sum(found.diagnostic.severity == severity for _, found in self.remarks())


def summary(result: Result) -> str:
    """The last line: how much was looked at, what was found."""
    kinds = Counter(one.kind for one in result.judged)
    parts = [_number(kinds["chart"], "chart")] if kinds["chart"] else []
    parts += [_number(kinds["manifests"], "set of manifests", "sets of manifests")] if kinds["manifests"] else []
    if kinds["chart"]:
        parts.append(_number(sum(one.value_sets for one in result.judged if one.kind == "chart"), "value set"))
    parts.append(_number(sum(one.objects for one in result.judged), "object"))
    counted = [(severity, result.count(severity)) for severity in RANK]
    found = [
        f"{count} {_PLURAL[severity] if count != 1 else _PLURAL[severity][:-1]}" for severity, count in counted if count
    ]
    known = f"; {_number(result.known, 'known finding')} in the baseline" if result.known else ""
    return f"{', '.join(parts) or 'nothing'}: {', '.join(found) or 'no findings'}{known}"


def subject(finding: Diagnostic) -> str:
    """The object and the place in it that a finding is about, "" when it is about none."""
    if finding.ref is None:
        return ""
    place = path_text(finding.at)
    named = str(finding.ref) if finding.ref.kind or finding.ref.name else "an object without a name"
    return f"{named} at {place}" if place else named


def sets_of(finding: Diagnostic, one: Judged) -> str:
    """In which value sets a finding shows, where not in all of them."""
    shown = finding.value_sets
    if not shown or one.value_sets <= 1 or len(shown) >= one.value_sets:
        return ""
    names = ", ".join(shown[:2]) + (" ..." if len(shown) > 2 else "")
    return f"in {len(shown)} of {one.value_sets} value sets: {names}"


def fingerprint(finding: Diagnostic, nth: int = 0) -> str:
    """A hash that stays when lines move; `nth` tells findings apart that are the same but for that."""
    from hashlib import sha256

    from rolloutgen.lint.baseline import key_of

    return sha256("\0".join([*key_of(finding, os.curdir), str(nth)]).encode("utf-8", "surrogateescape")).hexdigest()


def fingerprints(findings: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each finding, no two the same."""
    seen: Counter[str] = Counter()
    out = []
    for finding in findings:
        bare = fingerprint(finding)
        out.append(fingerprint(finding, seen[bare]) if seen[bare] else bare)
        seen[bare] += 1
    return out


def uri(path: str) -> str:
    """A path as the tools of code hosts take it: with forward slashes, without `./`."""
    return os.path.normpath(path).replace(os.sep, "/") if path else ""


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


_WIDEST = 160  # characters of a source line that are shown
_SEVERITY = {"error": "error", "warning": "warning", "info": "note"}


def as_text(result: Result) -> str:
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


def as_json(result: Result) -> str:
    """`charts` (what was looked at), `findings`, and `summary` with the counts."""
    body = {
        "charts": [
            {"path": one.path, "kind": one.kind, "value_sets": one.value_sets, "objects": one.objects}
            for one in result.judged
        ],
        "findings": [_finding_data(one, found) for one, found in result.remarks()],
        "summary": {
            "charts": sum(one.kind == "chart" for one in result.judged),
            "value_sets": sum(one.value_sets for one in result.judged),
            "objects": sum(one.objects for one in result.judged),
            **{f"{severity}s": result.count(severity) for severity in RANK},
            "known": result.known,
            "failed": result.failed,
        },
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _finding_data(one: Judged, found: LocatedDiagnostic) -> dict[str, Any]:
    finding = found.diagnostic
    body: dict[str, Any] = {
        "rule": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "chart": one.path,
        "path": finding.path,
        "line": finding.line or None,
        "column": found.column if finding.line and found.column else None,
        "rendered_line": found.rendered_line or None,
        "at": list(finding.at),
        "value_sets": list(finding.value_sets),
    }
    if finding.ref:
        ref = finding.ref
        body["object"] = {
            "apiVersion": ref.api_version,
            "kind": ref.kind,
            "namespace": ref.namespace or None,
            "name": ref.name,
        }
    return body
