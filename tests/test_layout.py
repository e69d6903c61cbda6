"""Tests mirror the packages: a module's tests are found by its own path."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import rolloutgen

PACKAGE = Path(rolloutgen.__file__).parent
TESTS = Path(__file__).parent
# Folders whose modules are all tested by one table or by the commands that run them.
TOGETHER = {
    "cli": "tests/cli, by command",
    "convert/checks": "tests/convert/checks/test_kinds.py",
    "convert/edits": "tests/convert/edits/cases, a table for each edit",
    "diff/impacts": "tests/diff/impacts",
    "explain": "tests/explain",
    "lint/rules": "tests/lint/rules",
    "report": "tests/report and the golden reports of the commands",
}


def mirrored(path: Path) -> Path:
    inside = path.relative_to(TESTS)
    return PACKAGE / inside.parent / f"{inside.stem.removeprefix('test_')}.py"


def is_together(folder: Path) -> bool:
    inside = folder.as_posix()
    return any(inside == name or inside.startswith(f"{name}/") for name in TOGETHER)


@pytest.mark.parametrize("folder", sorted(path.parent for path in PACKAGE.rglob("__init__.py")), ids=str)
def test_every_package_has_tests(folder: Path) -> None:
    assert any((TESTS / folder.relative_to(PACKAGE)).rglob("test_*.py")), f"no tests for {folder}"


def test_folders_of_tests_are_named_like_packages() -> None:
    """But for those that test the program from outside."""
    outside = {"bench", "charts", "cluster", "corpus", "docs", "programs"}
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    folders = {path.name for path in TESTS.iterdir() if (path / "__init__.py").is_file()}
    assert folders - outside <= packages


def test_long_modules_of_the_converter_have_tests_of_their_own() -> None:
    """A fault in what decides, edits, compares or reads is found beside it, not only in a golden chart."""
    missing = []
    for folder in ("convert/discover", "convert/expected", "convert/verify", "gotemplate", "kube", "valuesets"):
        for path in sorted((PACKAGE / folder).glob("[!_]*.py")):
            functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
            public = [node for node in functions if not node.name.startswith("_")]
            tests = TESTS / folder / f"test_{path.stem}.py"
            if public and not tests.is_file():
                missing.append(f"{folder}/{path.name}")
    assert not missing
