"""The import contract: packages import downwards only, and plugins of one kind never import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import rolloutgen

PACKAGE = Path(rolloutgen.__file__).parent
# From the top down; a module may import those of its own package and of rows below.
ROWS = (
    {"__main__"},
    {"cli"},
    {"batch"},
    {"report"},
    {"explain", "runbook"},
    {"diff"},
    {"convert", "simulate"},
    {"doctor", "lint", "scaffold"},
    {"valuesets"},
    {"config"},
    {"sourcemap"},
    {"gotemplate"},
    {"git", "helm"},
    {"chart", "schema"},
    {"goyaml", "kube", "package_data"},
    {"errors", "registry"},
    {"model", "text_edits", ""},
)
# Rows inside a package, from the top down, by the module's or folder's name in it.
INNER = {
    "convert": (
        {"job"},
        {"cutover"},
        {"pipeline"},
        {"assemble", "keep_name", "postcheck", "record", "repository_references"},
        {"checks"},
        {"verify"},
        {"edits", "expected"},
        {"discover"},
    ),
    "diff": ({"impacts", "drift", "review"}, {"presentation"}, {"conversion", "renders"}, {"result"}, {"base", "diff"}),
    "lint": (
        {"rules", "baseline", "validate_chart"},
        {"validate"},
        {"excerpt"},
        {"run_rules"},
        {"inputs", "kubeconform", "rule"},
    ),
}
PLUGINS = ("convert.checks", "diff.impacts", "lint.rules")
HEAVY = {"yaml", "jinja2", "jsonschema", "jsonschema_rs", "helm_python", "copier", "ruamel"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), ast.parse(path.read_text(encoding="utf-8"))


def imported(name: str, tree: ast.AST, is_package: bool) -> Iterator[str]:
    """Modules of ours that a module imports, relative to the package; also those imported in functions."""
    here = name.split(".") if name else []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                alias.name.removeprefix("rolloutgen.") for alias in node.names if alias.name.startswith("rolloutgen.")
            )
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + (1 if is_package else 0)]
            stem = [*base, *(node.module.split(".") if node.module else [])]
            yield from ([".".join(stem)] if node.module else [".".join([*stem, alias.name]) for alias in node.names])
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rolloutgen":
            stem = node.module.removeprefix("rolloutgen").lstrip(".")
            names = [".".join(filter(None, (stem, alias.name))) for alias in node.names]
            yield from (name if name in MODULES else stem for name in names)


MODULES = dict(modules())
PACKAGES = {path.parent.relative_to(PACKAGE).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py")}


def row(name: str) -> int:
    top = name.split(".")[0]
    return next(number for number, names in enumerate(ROWS) if top in names)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    found = set(imported(name, MODULES[name], name in PACKAGES or name == ""))
    top = name.split(".")[0]
    others = {other for other in found if other in MODULES and other.split(".")[0] != top}
    upwards = {other for other in others if row(other) <= row(name)}
    assert not upwards, f"{name} imports from its own row or from above: {sorted(upwards)}"


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] in INNER and "." in name])
def test_imports_point_down_inside_a_package(name: str) -> None:
    package, own, *_ = name.split(".")
    rows = {part: number for number, names in enumerate(INNER[package]) for part in names}
    for other in imported(name, MODULES[name], name in PACKAGES):
        top, *rest = other.split(".")
        if top == package and rest and rest[0] != own and {own, rest[0]} <= rows.keys():
            assert rows[rest[0]] > rows[own], f"{name} imports {other} from its own row or from above"


def test_no_modules_import_each_other_in_a_circle() -> None:
    found = {name: set(imported(name, tree, name in PACKAGES)) for name, tree in MODULES.items()}
    graph = {name: others & MODULES.keys() - {name} for name, others in found.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("package", PLUGINS)
def test_plugins_never_import_each_other(package: str) -> None:
    for name, tree in MODULES.items():
        if name.startswith(f"{package}."):
            siblings = {other for other in imported(name, tree, False) if other.startswith(f"{package}.")}
            assert not siblings, f"{name} imports {sorted(siblings)}"


def test_only_one_package_knows_the_helm_library() -> None:
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            assert name.startswith("helm.") or not any(n.split(".")[0] == "helm_python" for n in names), name


def test_the_command_line_imports_heavy_libraries_in_functions_only() -> None:
    for name, tree in MODULES.items():
        if name.split(".")[0] == "cli":
            for node in tree.body:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names.append(node.module or "")
                assert not {n.split(".")[0] for n in names} & HEAVY, name
