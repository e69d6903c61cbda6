"""What the forms share: the outcome of a check, its counts, and findings in order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rolloutgen.kube.tree import path_text
from rolloutgen.lint.baseline import key_of
from rolloutgen.lint.validate import Judged
from rolloutgen.model import Diagnostic, Severity
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic

RANK: tuple[Severity, ...] = ("error", "warning", "info")
_PLURAL = {"info": "notes", "error": "errors", "warning": "warnings"}


@dataclass(frozen=True)
class Result:
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
