"""Git repositories with a history like that of a pull request."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

CHARTS = Path(__file__).parents[1] / "charts"
_IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")


class Repo:
    """A repository on disk; `main` has a chart, the work tree stands on the branch `pr`."""

    def __init__(self, top: Path) -> None:
        self.top = top
        top.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Runs git there; the output without the last newline."""
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", *_IDENTITY, *arguments]
        done = subprocess.run(command, cwd=self.top, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.rstrip("\n")

    def write(self, files: Mapping[str, str]) -> None:
        """Writes files below the root."""
        for path, text in files.items():
            (self.top / path).parent.mkdir(parents=True, exist_ok=True)
            (self.top / path).write_text(text)

    def chart(self, path: str, case: str = "plain", part: str = "after", name: str = "") -> Path:
        """A copy of a golden chart, under another name where one is given."""
        target = self.top / path
        shutil.copytree(CHARTS / case / part, target)
        if name:
            self.replace(f"{path}/Chart.yaml", "name: web", f"name: {name}")
        return target

    def replace(self, path: str, old: str, new: str) -> None:
        """Changes text in a file, which must hold it."""
        text = (self.top / path).read_text()
        assert old in text, f"{path} has no {old}"
        (self.top / path).write_text(text.replace(old, new))

    def commit(self, message: str = "change") -> str:
        """Commits everything; the commit's name."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


def state(top: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, .git included, with its time and bytes: to see that nothing was touched."""
    return {
        path.relative_to(top).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
