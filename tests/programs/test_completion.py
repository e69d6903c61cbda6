"""Completion in the real shells: what a person gets who types and presses the tabulator."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .terminal import Terminal
from .tools import program

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[2]
# How a user switches it on, without a start-up file: the shell's own words before the script is read.
STARTS = {
    "bash": (["--noprofile", "--norc", "-i"], "PS1='ready> '; . <(rolloutgen completion bash); unset HISTFILE\n"),
    "zsh": (
        ["-f", "-i"],
        "PS1='ready> '; autoload -U compinit; compinit -D -u; . <(rolloutgen completion zsh); unsetopt beep\n",
    ),
    "fish": (["--no-config", "-i"], "function fish_prompt; echo 'ready> '; end; rolloutgen completion fish | source\n"),
}


@pytest.fixture(params=STARTS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A shell that knows rolloutgen's completion, in a folder with a chart and a file of values."""
    arguments, start = STARTS[request.param]
    path = program(request.param)
    (tmp_path / "bin").mkdir()
    started = tmp_path / "bin/rolloutgen"
    started.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rolloutgen "$@"\n')
    started.chmod(0o755)
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "tests/charts/plain/before", folder / "mychart")
    (folder / "production-values.yaml").write_text("{}\n")
    environment = {
        "PATH": os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
    }
    terminal = Terminal([path, *arguments], str(folder), environment)
    terminal.settle()
    terminal.type(start)
    terminal.wait_for("ready> ")
    terminal.settle()
    yield terminal
    terminal.close()


def completed(shell: Terminal, typed: str, expected: str) -> None:
    """Typing and the tabulator put `expected` on the command line."""
    shell.shown = ""
    shell.type(typed + "\t")
    shell.wait_for(expected)
    shell.type("\x15")  # clears the line
    shell.settle(0.2)


def test_a_command_a_rule_an_option_and_files(shell: Terminal) -> None:
    completed(shell, "rolloutgen expl", "rolloutgen explain")
    completed(shell, "rolloutgen explain recreate-s", "rolloutgen explain recreate-strategy")
    completed(shell, "rolloutgen validate --only canary-scale-tr", "canary-scale-trap")
    completed(shell, "rolloutgen validate mych", "rolloutgen validate mychart/")
    completed(shell, "rolloutgen plan --values prod", "--values production-values.yaml")
    completed(shell, "rolloutgen convert --service-n", "--service-names")
    completed(shell, "rolloutgen convert mychart --deployer argo", "--deployer argocd")
