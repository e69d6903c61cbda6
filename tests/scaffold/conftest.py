"""A chart made by the older version of the template, in a repository or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rolloutgen.cli.group import group
from rolloutgen.scaffold.create import Made, create, render
from rolloutgen.scaffold.template import Answer, template

Run = Callable[..., Result]
OLD = "1.0.0"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `rolloutgen ARGS...` in an empty directory; a bug is raised, not swallowed."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(group, [str(argument) for argument in arguments], catch_exceptions=False)

    return call


def make(target: Path, choice: Mapping[str, Any], version: str = "") -> Path:
    """The chart that a choice of answers gives; None stands for the default."""
    told = {"name": "web", **{name: value for name, value in choice.items() if value is not None}}
    told.update(told.pop("shape", {}))
    create(made(json.dumps(told), version), str(target))
    return target


@cache
def made(answers: str, version: str = "") -> Made:
    """What answers, as JSON, give; tests share what copier takes a while to render."""
    given = {name: Answer(value, "test") for name, value in json.loads(answers).items()}
    return render(template("app", version), given)


def files(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder with its bytes, those of version control left out."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: data for path, data in found.items() if not path.startswith(".git/")}


def replace(path: Path, old: str, new: str) -> None:
    """Changes a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
