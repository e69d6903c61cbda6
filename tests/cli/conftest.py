"""Charts to work on, and the command line in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rolloutgen.cli.group import group

CHARTS = Path(__file__).parents[1] / "charts"
Run = Callable[..., Result]
Copy = Callable[..., Path]


@pytest.fixture
def run() -> Run:
    """Runs `rolloutgen ARGS...`; a bug is raised, not swallowed."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(group, [str(argument) for argument in arguments], catch_exceptions=False)

    return call


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of a golden chart that a test may change: `copy("plain")`, or under another name."""

    def make(case: str, name: str = "") -> Path:
        target = tmp_path / (name or case)
        shutil.copytree(CHARTS / case / "before", target)
        return target

    return make


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
