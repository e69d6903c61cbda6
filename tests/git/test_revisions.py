"""Commits of the repository in which a chart lies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.git.revisions import changed_paths, folders_with, merge_base, repository_at, resolve
from tests.diff.repository import Repo

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not on PATH")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.write({"charts/web/Chart.yaml": "name: web\n", "README.md": "x\n"})
    made.commit("first")
    return made


def test_a_name_resolves_to_its_commit(repo: Repo) -> None:
    found = repository_at(str(repo.top / "charts"))
    assert resolve(found, "main") == repo.git("rev-parse", "HEAD")


def test_an_unknown_name_is_refused_with_the_name(repo: Repo) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        resolve(repository_at(str(repo.top)), "nowhere")


def test_the_merge_base_is_where_a_branch_began(repo: Repo) -> None:
    began = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "pr")
    repo.write({"README.md": "y\n"})
    repo.commit("on the branch")
    assert merge_base(repository_at(str(repo.top)), "main") == began


def test_paths_that_changed_since_a_commit(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.write({"charts/web/values.yaml": "a: 1\n"})
    repo.commit("second")
    found = repository_at(str(repo.top))
    assert changed_paths(found, first) == ["charts/web/values.yaml"]
    assert folders_with(found, first, "Chart.yaml") == ["charts/web"]


def test_a_folder_outside_of_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        repository_at(str(tmp_path))
