"""The diff is what git reads: renames, new and deleted files, missing newlines, CRLF."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.assemble import FileChange
from rolloutgen.convert.pipeline import Plan
from rolloutgen.report.conversion import diff

CASES: Mapping[str, tuple[dict[str, bytes], dict[str, bytes], dict[str, str]]] = {
    "edited": ({"a": b"1\n2\n3\n"}, {"a": b"1\nx\n3\n"}, {}),
    "added": ({"a": b"1\n"}, {"a": b"1\n", "b/c": b"new\n"}, {}),
    "removed": ({"a": b"1\n", "b": b"2\n"}, {"a": b"1\n"}, {}),
    "renamed": ({"a": b"1\n2\n3\n"}, {"b": b"1\n2\n3\n"}, {"a": "b"}),
    "renamed and edited": (
        {"t/deployment.yaml": b"1\n2\n3\n4\n"},
        {"t/rollout.yaml": b"1\nx\n3\n4\n"},
        {"t/deployment.yaml": "t/rollout.yaml"},
    ),
    "no newline at the end": ({"a": b"1\n2"}, {"a": b"1\n2\n3"}, {}),
    "a newline more at the end": ({"a": b"1\n2"}, {"a": b"1\n2\n"}, {}),
    "carriage returns": ({"a": b"1\r\n2\r\n"}, {"a": b"1\r\nx\r\n"}, {}),
    "a lone carriage return and a form feed": ({"a": b"1\r2\x0c3\n4\n"}, {"a": b"1\r2\x0c3\nx\n"}, {}),
    "an empty file becomes one": ({"a": b""}, {"a": b"x\n"}, {}),
}


def plan(before: Mapping[str, bytes], after: Mapping[str, bytes], renames: Mapping[str, str]) -> Plan:
    changes = tuple(FileChange(old, "renamed", (), new) for old, new in renames.items())
    return Plan(Chart("c", before), "converted", Chart("c", after), changes)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
@pytest.mark.parametrize("case", CASES)
def test_git_apply_makes_the_new_files_of_the_old(case: str, tmp_path: Path) -> None:
    before, after, renames = CASES[case]
    for name, data in before.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    text = diff(plan(before, after, renames))
    subprocess.run(["git", "apply", "-"], input=text.encode(), cwd=tmp_path, check=True)
    assert {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == after


def test_a_rename_is_shown_as_one() -> None:
    text = diff(plan(*CASES["renamed and edited"]))
    assert "rename from t/deployment.yaml\nrename to t/rollout.yaml\n" in text
    assert text.count("diff --git") == 1 and "similarity index 75%" in text


def test_without_a_new_chart_there_is_nothing() -> None:
    assert diff(Plan(Chart("c", {"a": b"1"}), "refused")) == ""
