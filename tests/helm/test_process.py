"""The worker process, started ahead."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rolloutgen.cli import _renders_here
from rolloutgen.helm import WorkerEngine, process
from rolloutgen.helm.worker import library_path


def test_the_first_engine_takes_the_worker_that_was_started_ahead() -> None:
    process.start_ahead()
    ahead = process._ahead[-1]
    with WorkerEngine(memory_bytes=400 * 1024**2) as other:
        assert other._process.pid != ahead.pid, "another bound on memory is another worker"
    with WorkerEngine() as first, WorkerEngine() as second:
        assert first._process.pid == ahead.pid != second._process.pid
        assert first.version.startswith("v4")


@pytest.mark.skipif(sys.platform == "win32", reason="there it is not loaded ahead")
def test_the_library_loaded_ahead_is_the_one_that_the_package_takes() -> None:
    import helm_python

    assert library_path() == str(helm_python.library_path)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["validate", "CHART"], True),
        (["validate", "CHART", "--format", "json"], True),
        (["diff", "CHART"], True),
        (["hook", "validate", "CHART/Chart.yaml"], True),
        (["validate", "CHART", "--helm=helm3"], False),
        (["validate", "CHART", "--helm", "helm3"], False),
        (["validate", "--all", "CHART"], False),
        (["validate", "CHART/Chart.yaml"], False),
        (["validate", "CHART", "CHART"], False),
        (["validate", "--help"], False),
        (["rules", "CHART"], False),
        ([], False),
    ],
)
def test_it_is_started_where_one_chart_is_rendered(arguments: list[str], expected: bool, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: x\n")
    given = [argument.replace("CHART", os.fspath(tmp_path)) for argument in arguments]
    assert _renders_here(given) is expected
