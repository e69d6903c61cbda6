"""Tests mirror the packages: a module's tests are found by its own path."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import rolloutgen

PACKAGE = Path(rolloutgen.__file__).parent
TESTS = Path(__file__).parent
# What is tested under another name, and where.
ELSEWHERE = {
    "runbook": "cli/test_runbook.py",
    "convert/expected/nulls": "convert/edits/test_nulls.py",
    "convert/expected/release": "convert/expected/test_several.py",
    "convert/expected/strategy": "convert/expected/test_workload.py",
    "convert/expected/target": "convert/expected/test_several.py",
    "valuesets/toggles": "valuesets/test_value_sets.py",
    "valuesets/candidates": "valuesets/test_coverage.py",
    "kube/leaves": "diff/test_object_diff.py",
}
# In these folders a fault is found beside what decides, edits, compares or reads, not only in a golden chart.
MIRRORED = ("convert/discover", "convert/expected", "convert/verify", "gotemplate", "kube", "valuesets")


def is_tested(inside: str) -> bool:
    folder, _, name = inside.rpartition("/")
    return (TESTS / ELSEWHERE.get(inside, f"{folder}/test_{name}.py")).is_file()


@pytest.mark.parametrize("name", sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()))
def test_every_package_has_tests(name: str) -> None:
    assert name in ELSEWHERE or any((TESTS / name).rglob("test_*.py")), f"no tests for {name}"


def test_folders_of_tests_are_named_like_packages() -> None:
    """But for those that test the program from outside."""
    outside = {"bench", "charts", "cluster", "corpus", "docs", "programs"}
    packages = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    folders = {path.name for path in TESTS.iterdir() if (path / "__init__.py").is_file()}
    assert folders - outside <= packages


@pytest.mark.parametrize("folder", MIRRORED)
def test_every_module_with_functions_has_tests_of_its_name(folder: str) -> None:
    missing = []
    for path in sorted((PACKAGE / folder).glob("[!_]*.py")):
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        if any(not node.name.startswith("_") for node in functions) and not is_tested(f"{folder}/{path.stem}"):
            missing.append(path.name)
    assert not missing


def test_what_is_tested_elsewhere_exists() -> None:
    for inside, tests in ELSEWHERE.items():
        assert (PACKAGE / inside).is_dir() or (PACKAGE / f"{inside}.py").is_file(), inside
        assert (TESTS / tests).is_file(), tests
