"""What README.md promises is tried: its commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines() if line.strip()
]
INSTALLING = [command for command in COMMANDS if "pip install" in command]
PLAIN = [command for command in COMMANDS if "pip install" not in command]


def _checkout(target: Path) -> Path:
    """A copy of what version control holds, or would hold."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def test_two_commands_bring_up_a_fresh_machine() -> None:
    assert len(INSTALLING) == 2
    assert "examples/blockexplorer/before" in INSTALLING[0] and "pytest" in INSTALLING[1]


@pytest.mark.parametrize("command", PLAIN)
def test_a_command_runs(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/charts/plain/before", tmp_path / "path/to/chart")
    shutil.copytree(ROOT / "examples/web", tmp_path / "path/to/web")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/rolloutgen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rolloutgen "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"], str(Path(sys.executable).parent)])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.registry
def test_the_first_command_installs_and_converts(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    subprocess.run(["sh", "-c", INSTALLING[0]], cwd=checkout, check=True, stdout=subprocess.DEVNULL)
    assert "kind: Rollout" in "".join(p.read_text() for p in (checkout / "converted/templates").glob("*rollout*"))


def test_the_second_command_is_what_ci_runs() -> None:
    assert r"grep -E '^python3 -m venv .*pytest' README.md" in (ROOT / ".ci/run").read_text()
    assert re.match(r"^python3 -m venv .*pytest", INSTALLING[1])
