"""The hooks under the real pre-commit, in a real git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.registry

ROOT = Path(__file__).parents[2]
CHART = "apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{{key}: [{{port: 80}}]}}\n"
Commit = Callable[..., subprocess.CompletedProcess[str]]


def run(*command: object, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command with an identity for git and nothing of this machine's configuration."""
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull}
    identity |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    known = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON", "PRE_COMMIT"))}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env={**known, **identity, **more}, capture_output=True, text=True, check=False
    )


def must(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """(pre-commit, a repository that holds this project, its revision)."""
    folder = tmp_path_factory.mktemp("bench")
    must(run(sys.executable, "-m", "venv", folder / "venv", cwd=folder))
    installed = run(folder / "venv/bin/pip", "install", "-q", "pre-commit", cwd=folder)
    if installed.returncode:
        pytest.skip(f"pre-commit cannot be installed: {installed.stderr[-300:]}")
    project = folder / "project"
    project.mkdir()
    for name in ("rolloutgen", "templates", "schemas"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, project)
    must(run("git", "init", "-q", cwd=project))
    must(run("git", "add", "-A", cwd=project))
    must(run("git", "commit", "-q", "-m", "project", cwd=project))
    return folder / "venv/bin/pre-commit", project, must(run("git", "rev-parse", "HEAD", cwd=project)).strip()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where pre-commit keeps the installed hooks between the tests."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def house(tmp_path: Path, bench: tuple[Path, Path, str]) -> Path:
    """A repository with two charts, one of them faulty, and the hooks."""
    _, project, revision = bench
    for name, key in (("good", "ports"), ("bad", "prots")):
        (tmp_path / f"charts/{name}/templates").mkdir(parents=True)
        (tmp_path / f"charts/{name}/Chart.yaml").write_text(CHART.format(name=name))
        (tmp_path / f"charts/{name}/templates/s.yaml").write_text(SERVICE.format(name=name, key=key))
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project}\n  rev: {revision}\n  hooks:\n"
        "  - {id: rolloutgen-validate}\n  - {id: rolloutgen-convert}\n"
    )
    must(run("git", "init", "-q", cwd=tmp_path))
    return tmp_path


@pytest.fixture
def commit(house: Path, bench: tuple[Path, Path, str], cache: str) -> Commit:
    """Stages files and commits them with the hooks installed."""
    must(run(bench[0], "install", cwd=house, PRE_COMMIT_HOME=cache))

    def make(*paths: str) -> subprocess.CompletedProcess[str]:
        must(run("git", "add", "--", *paths, cwd=house))
        return run("git", "commit", "-m", "change", cwd=house, PRE_COMMIT_HOME=cache)

    return make


def test_only_charts_with_a_changed_file_are_validated(commit: Commit) -> None:
    assert must(commit(".pre-commit-config.yaml", "charts/good")) is not None
    done = commit("charts/bad/templates/s.yaml", "charts/bad/Chart.yaml")
    assert done.returncode == 1
    assert "charts/bad/templates/s.yaml" in done.stdout + done.stderr and "unknown-field" in done.stdout + done.stderr
    assert "charts/good" not in done.stdout + done.stderr


def test_a_chart_that_is_no_longer_what_convert_makes_fails(commit: Commit, house: Path) -> None:
    shutil.copytree(ROOT / "tests/charts/plain/before", house / "charts/web")
    assert must(commit(".pre-commit-config.yaml", "charts/good", "charts/web")) is not None, "never converted: passes"
    must(run(sys.executable, "-m", "rolloutgen", "convert", "charts/web", cwd=house, PYTHONPATH=str(ROOT)))
    assert must(commit("charts/web")) is not None, "as convert made it"
    (house / "charts/web/templates/second.yaml").write_text(
        (ROOT / "tests/charts/plain/before/templates/deployment.yaml").read_text().replace("name: ", "name: second-", 1)
    )
    done = commit("charts/web")
    assert done.returncode == 1 and "rolloutgen-convert" in done.stdout + done.stderr
