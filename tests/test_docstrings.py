"""Every module and every public function, class and method says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import rolloutgen

PACKAGE = Path(rolloutgen.__file__).parent
Named = ast.FunctionDef | ast.ClassDef


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Named]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}{node.name}.")


def test_nothing_public_is_without_a_docstring() -> None:
    missing = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(PACKAGE)
        missing += [] if ast.get_docstring(tree) or not tree.body else [str(where)]
        missing += [f"{where}:{node.lineno} {name}" for name, node in public(tree.body) if not ast.get_docstring(node)]
    assert missing == []


def test_no_marks_of_unfinished_work() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in ("TO" + "DO", "FIX" + "ME", "raise NotImplemented")), path
