"""The other commands know a chart that `new app` made: plan, check, convert."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import OLD, Run, files, make, replace


def test_new_then_validate_plan_check_and_convert(run: Run, tmp_path: Path) -> None:
    assert run("new", "app", "web", "--defaults").exit_code == 0
    before = files(tmp_path / "web")
    assert "no findings" in run("validate", "web").output
    plan = run("plan", "web")
    assert plan.exit_code == 0 and "setWeight 5" in plan.output
    check = run("check", "web")
    assert check.exit_code == 0 and "up to date" in check.output
    assert run("convert", "web", "--check").exit_code == 0
    assert "unchanged" in run("convert", "web").output
    assert files(tmp_path / "web") == before


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
def test_check_shows_where_a_chart_is_behind_its_template(run: Run, tmp_path: Path) -> None:
    chart = make(tmp_path / "charts/web", {}, OLD)
    replace(chart / "values.yaml", "targetCPUUtilizationPercentage: 75", "targetCPUUtilizationPercentage: 60")
    before = files(chart)
    result = run("check", "--all", ".")
    assert result.exit_code == 1 and f"made by {OLD}" in result.output and "+  notifications:" in result.output
    assert not [line for line in result.output.splitlines() if line[:1] in "+-" and "targetCPU" in line]
    told = json.loads(run("check", "charts/web", "--json").stdout)
    assert told["behind"] and "templates/rollout.yaml" in [one["path"] for one in told["files"]]
    assert files(chart) == before
    subprocess.run(["git", "apply"], input=told["diff"], text=True, check=True, cwd=tmp_path)
    assert run("check", "charts/web").exit_code == 0
