"""Files of a commit, and three versions of a file made one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rolloutgen.git.revisions import repository_at
from rolloutgen.git.tree_files import marked_merge, merged_file, names_in, read_file, read_folder
from tests.diff.repository import Repo

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
