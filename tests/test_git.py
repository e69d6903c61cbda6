"""Commits of the repository in which a chart lies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.git import (
    changed_paths,
    folders_with,
    marked_merge,
    merge_base,
    merged_file,
    names_in,
    read_file,
    read_folder,
    repository_at,
    resolve,
)
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


pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not on PATH")


def test_files_as_they_were_in_a_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write({"web/Chart.yaml": "name: web\n", "web/templates/a.yaml": "a: 1\n", "other": "x"})
    commit = repo.commit()
    repo.write({"web/Chart.yaml": "name: changed\n"})
    found = repository_at(str(repo.top))
    assert read_folder(found, commit, "web") == {"Chart.yaml": b"name: web\n", "templates/a.yaml": b"a: 1\n"}
    assert read_file(found, commit, "web/Chart.yaml") == b"name: web\n"
    assert read_file(found, commit, "web/none.yaml") is None
    assert names_in(found, commit, "web") == ["Chart.yaml", "templates"]


def test_changes_of_both_sides_are_kept() -> None:
    base = b"a\nb\nc\nd\ne\n"
    assert merged_file(b"A\nb\nc\nd\ne\n", base, b"a\nb\nc\nd\nE\n") == (b"A\nb\nc\nd\nE\n", False)


def test_a_conflict_is_shown_with_the_names_of_its_sides() -> None:
    merged, conflict = marked_merge(b"ours\n", b"base\n", b"theirs\n", ("mine", "template"))
    assert conflict and b"<<<<<<< mine" in merged and b">>>>>>> template" in merged
