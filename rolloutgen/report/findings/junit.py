"""Findings as JUnit XML: a suite a chart, a case a finding."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from rolloutgen.lint.validate import Judged
from rolloutgen.report.findings.summary import Result, sets_of, subject
from rolloutgen.sourcemap.excerpt import LocatedDiagnostic

# XML 1.0 has no way to write these.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(result: Result) -> str:
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
