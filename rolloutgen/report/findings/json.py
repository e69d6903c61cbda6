"""Findings as one JSON document."""

from __future__ import annotations

import json
from typing import Any

from rolloutgen.lint.validate import Judged
from rolloutgen.report.findings.summary import RANK, Result
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic


def report(result: Result) -> str:
    """`charts` (what was looked at), `findings`, and `summary` with the counts."""
    body = {
        "charts": [
            {"path": one.path, "kind": one.kind, "value_sets": one.value_sets, "objects": one.objects}
            for one in result.judged
        ],
        "findings": [_finding(one, found) for one, found in result.remarks()],
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


def _finding(one: Judged, found: LocatedDiagnostic) -> dict[str, Any]:
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
