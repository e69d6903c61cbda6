"""Findings in the formats of CI systems: SARIF, JUnit, GitHub annotations, GitLab Code Quality."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from rolloutgen import __version__
from rolloutgen.lint.excerpt import LocatedDiagnostic
from rolloutgen.lint.run_rules import rules
from rolloutgen.lint.validate import Judged
from rolloutgen.report.findings import Result, fingerprints, sets_of, subject, summary, uri

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def sarif(result: Result) -> str:
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


# XML 1.0 has no way to write these.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(result: Result) -> str:
    """Findings to fail for are failures, those of kinds without a schema skipped cases, all others passed ones with
    the message as output; a chart without findings is one passed case."""
    suites = [_suite(one, result) for one in result.judged]
    total, failed = (
        sum(max(1, len(one.remarks)) for one in result.judged),
        sum(_failures(one, result) for one in result.judged),
    )
    head = f'<testsuites name="rolloutgen validate" tests="{total}" failures="{failed}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"]) + "\n"


def _failures(one: Judged, result: Result) -> int:
    return sum(result.fails(found.diagnostic) for found in one.remarks)


def _suite(one: Judged, result: Result) -> str:
    cases = [_case(one, found, result) for found in one.remarks]
    cases = cases or [f"  <testcase classname={_attribute(one.path)} name={_attribute('schemas and rules')}/>"]
    skipped = sum(_is_skipped(found) for found in one.remarks)
    counts = f'tests="{len(cases)}" failures="{_failures(one, result)}" errors="0" skipped="{skipped}"'
    return "\n".join([f" <testsuite name={_attribute(one.path)} {counts}>", *cases, " </testsuite>"])


def _case(one: Judged, found: LocatedDiagnostic, result: Result) -> str:
    finding = found.diagnostic
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    about = "\n".join(part for part in (place, subject(finding), sets_of(finding, one), finding.hint) if part)
    name = " ".join(part for part in (finding.code, subject(finding)) if part)
    head = f"  <testcase classname={_attribute(finding.path or one.path)} name={_attribute(name)}>"
    message, kind = _attribute(finding.message), _attribute(finding.code)
    if result.fails(finding):
        inner = f"   <failure message={message} type={kind}>{escape(_clean(about))}</failure>"
    elif _is_skipped(found):
        inner = f"   <skipped message={message}/>"
    else:
        said = escape(_clean(f"{finding.severity}: {finding.message}\n{about}"))
        inner = f"   <system-out>{said}</system-out>"
    return f"{head}\n{inner}\n  </testcase>"


def _is_skipped(found: LocatedDiagnostic) -> bool:
    return found.diagnostic.code == "no-schema"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


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
