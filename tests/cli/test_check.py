"""`rolloutgen check`: where a converted chart has fallen behind, and where it has not."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.diff.repository import Repo, state

from .conftest import Run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Repo:
    """A chart, and in the next commit its conversion."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = Repo(tmp_path / "repo")
    made.chart("charts/web", part="before")
    made.commit("as it was")
    monkeypatch.chdir(made.top)
    assert run("convert", "charts/web").exit_code == 0
    made.commit("converted")
    return made


def test_a_fresh_conversion_is_up_to_date_and_nothing_is_touched(run: Run, repo: Repo) -> None:
    before = state(repo.top)
    result = run("check", "charts/web")
    assert (result.exit_code, "up to date" in result.output) == (0, True)
    assert "before its conversion in" in result.output
    assert state(repo.top) == before


def test_edits_since_the_conversion_are_no_drift(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/values.yaml", "- setWeight: 5\n", "- setWeight: 7\n")
    repo.replace("charts/web/templates/virtualservice.yaml", "kind: VirtualService\n", "kind: VirtualService # ours\n")
    assert run("check", "charts/web").exit_code == 0
    repo.commit("ours")
    assert run("check", "--all", ".").exit_code == 0


def test_a_changed_house_file_shows_as_a_diff_that_git_applies(run: Run, repo: Repo) -> None:
    repo.write({"rolloutgen.yaml": "dns:\n  ttl: 60\n"})
    repo.replace("charts/web/values.yaml", "replicas: 2", "replicas: 9")
    result = run("check", "charts/web")
    assert result.exit_code == 1
    assert "-    ttl: 300\n+    ttl: 60\n" in result.output
    (found,) = [json.loads(line) for line in run("check", "charts/web", "--json").stdout.splitlines()]
    assert found["behind"] and [one["path"] for one in found["files"]] == ["values.yaml"]

    subprocess.run(["git", "apply"], input=found["diff"], text=True, check=True, cwd=repo.top)
    values = (repo.top / "charts/web/values.yaml").read_text()
    assert "ttl: 60" in values and "replicas: 9" in values
    assert run("check", "charts/web").exit_code == 0


def test_lines_that_both_changed_are_told(run: Run, repo: Repo) -> None:
    repo.replace("charts/web/values.yaml", "ttl: 300", "ttl: 120")
    repo.write({"rolloutgen.yaml": "dns:\n  ttl: 60\n"})
    result = run("check", "charts/web")
    assert result.exit_code == 1
    assert "-    ttl: 120\n+    ttl: 60\n" in result.output and "the same lines were edited here" in result.output


def test_a_template_that_was_made_otherwise_then_is_behind_now(run: Run, repo: Repo) -> None:
    # As if an older rolloutgen had made the file: the commit of the conversion holds other lines.
    repo.replace("charts/web/templates/virtualservice.yaml", "name: primary", "name: first")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "-m", "converted")
    result = run("check", "charts/web")
    assert result.exit_code == 1
    assert "charts/web/templates/virtualservice.yaml" in result.output and "name: primary" in result.output


def test_the_chart_before_may_be_named(run: Run, repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "old"), "HEAD^")
    assert run("check", "charts/web", "--before", tmp_path / "old/charts/web").exit_code == 0
    assert run("check", "charts/web", "--before", "HEAD^").exit_code == 0
    result = run("check", "charts/web", "--before", "HEAD")
    assert result.exit_code == 2 and "converted already" in result.output


def test_without_record_or_history(run: Run, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.top / "charts/web/.rolloutgen.yaml").unlink()
    result = run("check", "charts/web")
    assert result.exit_code == 2 and "has no .rolloutgen.yaml" in result.output
    repo.git("checkout", "-q", "--", ".")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    result = run("check", "charts/web")
    assert result.exit_code == 2
    assert "git fetch --unshallow" in result.output and "--before" in result.output
    assert run("check", "--all", tmp_path / "nothing").exit_code == 2
    shutil.copytree(repo.top / "charts/web", tmp_path / "nogit")
    result = run("check", tmp_path / "nogit")
    assert result.exit_code == 2 and "is in no git repository" in result.output
    assert "--before DIR" in result.output and "--against" not in result.output


def test_a_chart_that_cannot_be_compared_does_not_stop_the_rest(run: Run, repo: Repo) -> None:
    repo.chart("charts/a", part="before")
    (repo.top / "charts/a/.rolloutgen.yaml").write_text("{")
    result = run("check", "--all", ".", "--json")
    failed, fresh = (json.loads(line) for line in result.stdout.splitlines())
    assert (failed["status"], failed["error"].partition(":2: ")[0]) == ("failed", "charts/a/.rolloutgen.yaml")
    assert (fresh["chart"], fresh["behind"]) == ("charts/web", False)
    assert result.exit_code == 1 and "error: charts/a/" in result.stderr
