"""git as a process: a repository, a command in it, what it said where it failed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UsageError

_OF_A_HOOK = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"))


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository by the root of its work tree."""

    top: str

    def path(self, path: str) -> str:
        """A path on disk as git names it. Raises UsageError for one outside of the repository."""
        found = os.path.relpath(os.path.realpath(path), os.path.realpath(self.top)).replace(os.sep, "/")
        if found == ".." or found.startswith("../"):
            raise UsageError("lies outside of the git repository", path=path, why=f"The repository is {self.top}.")
        return "" if found == "." else found


def git(repository: Repository, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """What a git command in the repository answers. Raises UsageError where it fails, unless `check` is false."""
    done = run(["-C", repository.top, *arguments])
    if check and done.returncode:
        raise failed(arguments, done)
    return done


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """What git answers, failed or not. Raises UsageError where there is no git."""
    process = start(arguments)
    out, told = process.communicate()
    return subprocess.CompletedProcess(list(arguments), process.returncode, out, told)


def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """A git process with pipes. Raises UsageError where there is no git."""
    # What a hook is told of its own repository would be taken for every folder; without optional locks git does not
    # even refresh its index.
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    environment = {**inherited, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    pipe = subprocess.PIPE
    try:
        command = ["git", "-c", "core.quotePath=false", *arguments]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    except FileNotFoundError:
        hint = "Install git, or name the other side: --against DIR or --against CHART.tgz."
        raise UsageError("git is not on PATH", hint=hint) from None


def failed(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> UsageError:
    """The error that a failed command is."""
    said = done.stderr.decode("utf-8", "replace").strip()
    return UsageError(f"git {' '.join(arguments)} failed ({done.returncode})", why=said)
