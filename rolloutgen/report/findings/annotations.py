"""Findings as commands of GitHub Actions, which shows them beside the lines of a pull request.

Findings as a Code Quality report of GitLab, which shows them in a merge request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rolloutgen.report.findings.summary import Result, fingerprints, subject, summary, uri
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic

_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}


def github(result: Result) -> str:
    """One command a finding, then the summary line."""
    return "\n".join([*_commands(result), summary(result)]) + "\n"


def _commands(result: Result) -> Iterator[str]:
    for _, found in result.remarks():
        finding = found.diagnostic
        about = "\n".join(part for part in (finding.message, subject(finding), finding.hint) if part)
        fields = {"file": uri(finding.path), **_line(found), "title": finding.code}
        shown = ",".join(f"{name}={_property(value)}" for name, value in fields.items() if value)
        yield f"::{_COMMAND[finding.severity]} {shown}::{_message(about)}"


def _line(found: LocatedDiagnostic) -> dict[str, str]:
    line = found.diagnostic.line
    return {"line": str(line), "col": str(found.column) if found.column else ""} if line else {}


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


_SEVERITY = {"error": "major", "warning": "minor", "info": "info"}


def gitlab(result: Result) -> str:
    """A list with one entry a finding."""
    findings = [found.diagnostic for _, found in result.remarks()]
    body = []
    for finding, mark in zip(findings, fingerprints(findings), strict=True):
        about = subject(finding)
        body.append(
            {
                "description": f"{finding.message} ({about})" if about else finding.message,
                "check_name": finding.code,
                "fingerprint": mark,
                "severity": _SEVERITY[finding.severity],
                "location": {"path": uri(finding.path) or ".", "lines": {"begin": max(1, finding.line)}},
            }
        )
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
