"""No function has more parameters than a reader keeps apart: more are a value that has a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import rolloutgen

PACKAGE = Path(rolloutgen.__file__).parent
MOST = 7


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module, with the number of its parameters besides `self` and `cls`. Those of a command are the
    options that a user can give."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_command(path, node):
            given = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            own = given[:1] in (["self"], ["cls"])
            yield f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}", len(given) - own


def is_command(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a command of the command line."""
    return path.parent == PACKAGE / "cli" and any("click.command" in ast.unparse(one) for one in node.decorator_list)


def test_no_function_has_more_than_seven_parameters() -> None:
    found = [one for path in sorted(PACKAGE.rglob("*.py")) for one in functions(path)]
    assert len(found) > 1000
    assert [name for name, parameters in found if parameters > MOST] == []
