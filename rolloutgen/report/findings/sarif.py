"""Findings as SARIF 2.1.0, which code hosts show in pull requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rolloutgen import __version__
from rolloutgen.lint.lint import rules
from rolloutgen.report.findings.summary import Result, fingerprints, subject, uri
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def report(result: Result) -> str:
    """One run with all findings; the rules that spoke are described in it."""
    remarks = [found for _, found in result.remarks()]
    ids = sorted({found.diagnostic.code for found in remarks})
    prints = fingerprints([found.diagnostic for found in remarks])
    run = {
        "tool": {"driver": {"name": "rolloutgen", "version": __version__, "rules": [_rule(name) for name in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, ids, mark) for found, mark in zip(remarks, prints, strict=True)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _rule(name: str) -> dict[str, Any]:
    plugin = rules().get(name)
    if plugin is None:  # a fault of the input, not of an object
        return {"id": name}
    doc = plugin.doc
    return {
        "id": name,
        "shortDescription": {"text": doc.summary},
        "fullDescription": {"text": doc.why},
        "help": {"text": f"{doc.why}\n\n{doc.fix}"},
        "defaultConfiguration": {"level": _LEVEL[plugin.value.severity]},
    }


def _result(found: LocatedDiagnostic, ids: Sequence[str], mark: str) -> dict[str, Any]:
    finding = found.diagnostic
    about = subject(finding)
    body: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": ids.index(finding.code),
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.message} ({about})" if about else finding.message},
        "partialFingerprints": {"rolloutgen/v1": mark},
    }
    if finding.path:
        region = {"startLine": max(1, finding.line)}
        if finding.line and found.column:
            region |= {"startColumn": found.column, "endColumn": found.column + max(1, found.width)}
        place = {"artifactLocation": {"uri": quote(uri(finding.path), errors="surrogateescape")}, "region": region}
        body["locations"] = [{"physicalLocation": place}]
    if finding.ref:
        body.setdefault("locations", [{}])[0]["logicalLocations"] = [{"fullyQualifiedName": about}]
    return body
