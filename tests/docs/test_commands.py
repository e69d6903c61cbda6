"""What docs/ shows is tried: `sh` blocks run in their order, and print the `text` block behind them.

A page runs from top to bottom in a repository of its own, with this checkout's examples and a chart at path/to/chart. A
`bash` block is for a cluster: its syntax is checked, nothing more. In a `text` block a line `...` stands for any lines,
and in a line for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .generated import DOCS, END, START

ROOT = DOCS.parent
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of every block that a person wrote."""
    text = re.sub(f"{re.escape(START)}.*?{re.escape(END)}", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.S)
    return _BLOCK.findall(text)


RUN = [page for page in PAGES if any(language == "sh" for language, _ in blocks(page))]
FOR_A_CLUSTER = [page for page in PAGES if any(language == "bash" for language, _ in blocks(page))]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the examples and a chart, and `rolloutgen` on PATH."""
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "examples", root / "examples")
    shutil.copytree(ROOT / "tests/charts/plain/before", root / "path/to/chart")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/rolloutgen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rolloutgen "$@"\n')
    program.chmod(0o755)
    (tmp_path / "home").mkdir()
    run("git init -q -b main && git add -A && git commit -qm 'As it was'", root)
    return root


def run(command: str, root: Path) -> str:
    """Runs a block of `sh`; what it printed. A command that fails ends it."""
    who = {f"GIT_{role}_{what}": f"a@{role}.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = os.pathsep.join([str(root.parent / "bin"), os.environ["PATH"], str(Path(sys.executable).parent)])
    home = {"HOME": str(root.parent / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
    environment = {**os.environ, **who, **home, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    done = subprocess.run(["sh", "-e", "-c", command], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="needs sh and git")
@pytest.mark.parametrize("page", RUN)
def test_a_page_runs_from_top_to_bottom(page: str, repository: Path) -> None:
    printed = ""
    for language, text in blocks(page):
        if language == "sh":
            printed = run(text, repository)
        elif language == "text":
            shown = [line.rstrip() for line in text.splitlines()]
            assert holds(shown, [line.rstrip() for line in printed.splitlines()]), (
                f"{text}\nis not what came:\n{printed}"
            )


def holds(shown: list[str], printed: list[str]) -> bool:
    """Whether `printed` is what is shown; `...` stands for any lines, and in a line for anything."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(holds(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    line = ".*".join(map(re.escape, shown[0].split("...")))
    return bool(printed) and bool(re.fullmatch(line, printed[0])) and holds(shown[1:], printed[1:])


@pytest.mark.skipif(os.name == "nt", reason="needs sh")
@pytest.mark.parametrize("page", FOR_A_CLUSTER)
def test_commands_for_a_cluster_are_commands(page: str) -> None:
    for language, text in blocks(page):
        if language == "bash":
            subprocess.run(["sh", "-n", "-c", text], check=True)


def test_a_block_says_what_it_is() -> None:
    known = {"sh", "bash", "text", "yaml", "diff", "json"}
    found = {language for page in PAGES for language, _ in blocks(page)}
    assert found <= known
    for page in PAGES:
        assert (DOCS / page).read_text(encoding="utf-8").count("```") % 2 == 0, page
