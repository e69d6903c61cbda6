"""Every id that the package uses can be explained, and every explanation belongs to an id that is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import rolloutgen
from rolloutgen.explain import FINDINGS, REASONS, REFUSALS

PACKAGE = Path(rolloutgen.__file__).parent
MAKERS = {"in_source", "of_object", "Refusal"}
# Ids that are chosen from a table instead of being written in the call.
CHOSEN = {"not-proven", "new-chart-does-not-render", "refused-by-transform", "not-a-chart", "not-readable", "too-much"}

# What a sentence may begin with in lower case.
NAMES = ("extensions/", "`", "maxSurge", "--", "values.schema.json", "kubeconform", "rolloutgen")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in PACKAGE.rglob("*.py"):
        if "rules" in path.relative_to(PACKAGE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def ids(makers: set[str]) -> set[str]:
    return {
        node.args[0].value
        for name, node in calls()
        if name in makers
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_refusal_has_a_text_and_every_text_a_refusal() -> None:
    assert ids(MAKERS) | CHOSEN == REFUSALS.keys()


def test_every_finding_has_a_text() -> None:
    assert FINDINGS.keys() >= ids({"Diagnostic"}) - REFUSALS.keys()


def test_every_reason_of_an_edit_has_a_text() -> None:
    named = {
        node.value.value
        for path in [*PACKAGE.glob("convert/edits/*.py"), PACKAGE / "config/record.py"]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and getattr(node.targets[0], "id", "").endswith("REASON")
    }
    assert named | {"helpers", "lines", "rename"} == REASONS.keys()


def test_texts_are_whole_sentences() -> None:
    for name, explained in {**REFUSALS, **FINDINGS}.items():
        for text in (explained.what, explained.why, explained.fix):
            assert text[0].isupper() or text.startswith(NAMES), (name, text)
            assert text.endswith("."), (name, text)


def test_every_refusal_shows_a_bad_and_a_good_example() -> None:
    for code, explained in REFUSALS.items():
        assert explained.bad.strip() and explained.good.strip() and explained.bad != explained.good, code
