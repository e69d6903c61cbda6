"""Findings as a Code Quality report of GitLab, which shows them in a merge request."""

from __future__ import annotations

import json

from .words import Result, fingerprints, subject, uri

_SEVERITY = {"error": "major", "warning": "minor", "info": "info"}


def report(result: Result) -> str:
    """A list with one entry a finding."""
    findings = [found.finding for _, found in result.remarks()]
    body = []
    for finding, mark in zip(findings, fingerprints(findings), strict=True):
        about = subject(finding)
        body.append(
            {
                "description": f"{finding.message} ({about})" if about else finding.message,
                "check_name": finding.rule,
                "fingerprint": mark,
                "severity": _SEVERITY[finding.severity],
                "location": {"path": uri(finding.path) or ".", "lines": {"begin": max(1, finding.line)}},
            }
        )
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
