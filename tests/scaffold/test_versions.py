"""A version of a template that was released is never edited: `update` needs it as it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.package_data import data_path
from rolloutgen.scaffold.template import template, versions

# What charts out there were made by. A new version is a new folder and, once the next one follows it, a line here.
RELEASED = {"app/1.0.0": "a64750423fdbef4c"}


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16]


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_version_is_as_it_was(name: str) -> None:
    assert digest(data_path("templates") / name) == RELEASED[name]


def test_every_older_version_is_guarded() -> None:
    names = {folder.name for folder in data_path("templates").iterdir() if (folder / "1.0.0").is_dir()}
    assert RELEASED.keys() >= {f"{name}/{version}" for name in names for version in versions(name)[:-1]}


@pytest.mark.parametrize("name", ["nothing", "../schemas", "resources", ""])
def test_what_is_no_template_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="has no template"):
        template(name)
