"""Files of a commit, read through one git process; nothing is written to the user's tree.

Three versions of a file made one, by git.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

from rolloutgen.chart.disk import DEFAULT_LIMITS
from rolloutgen.errors import ChartError, LimitError
from rolloutgen.git.revisions import Repository, git, run, start

_TREE, _LINK, _MODULE = "40000", "120000", "160000"
_AT_ONCE = 100
_POINTER = b"version https://git-lfs.github.com/spec/"


def read_folder(repository: Repository, commit: str, folder: str) -> Mapping[str, bytes]:
    """Bytes of every file below `folder` in a commit, links inside of it followed; empty where there is none.

    Raises ChartError for links that leave the folder, LimitError beyond what a chart may hold.
    """
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    with Objects(repository) as objects:
        folders = {"": f"{commit}:{folder}"}
        while folders:
            found = {
                f"{above}{name}": (mode, blob)
                for above, body in zip(folders, objects.read_all(folders.values(), b"tree"), strict=True)
                for mode, name, blob in entries(body or b"", len(commit) // 2)
                if mode != _MODULE
            }
            folders = {f"{path}/": blob for path, (mode, blob) in found.items() if mode == _TREE}
            blobs = {path: blob for path, (mode, blob) in found.items() if mode != _TREE}
            for path, data in zip(blobs, objects.read_all(blobs.values()), strict=True):
                if found[path][0] == _LINK:
                    links[path] = (data or b"").decode("utf-8", "replace")
                elif len(data or b"") <= DEFAULT_LIMITS.file_bytes:  # Helm refuses larger ones, but for ignored ones
                    files[path] = data or b""
                if len(files) > DEFAULT_LIMITS.files or objects.total > DEFAULT_LIMITS.total_bytes:
                    raise LimitError(f"the chart at {commit[:9]} is too large", path=folder)
    for path, data in list(files.items()):
        if data.startswith(_POINTER):
            files[path] = git(repository, "cat-file", "--filters", f"{commit}:{posixpath.join(folder, path)}").stdout
    for path, target in links.items():
        files.update(_followed(path, target, files))
    return dict(sorted(files.items()))


def entries(body: bytes, length: int) -> Iterator[tuple[str, str, str]]:
    """Mode, name and object of each entry of a tree object; `length` is that of a hash in bytes."""
    at = 0
    while at < len(body):
        space, end = body.index(b" ", at), body.index(b"\0", at)
        name = body[space + 1 : end].decode("utf-8", "surrogateescape")
        yield body[at:space].decode(), name, body[end + 1 : end + 1 + length].hex()
        at = end + 1 + length


class Objects:
    """Reads objects of a repository through one git process."""

    def __init__(self, repository: Repository) -> None:
        self.total = 0
        self._process = start(["-C", repository.top, "cat-file", "--batch"])

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def read(self, name: str, kind: bytes = b"blob") -> bytes | None:
        """The bytes of an object, None where there is none of that kind."""
        return next(self.read_all([name], kind))

    def read_all(self, names: Iterable[str], kind: bytes = b"blob") -> Iterator[bytes | None]:
        """The same for several objects. Few are asked for at a time: neither side waits for the other's full pipe."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None and answers is not None
        todo = list(names)
        for start_at in range(0, len(todo), _AT_ONCE):
            some = todo[start_at : start_at + _AT_ONCE]
            asks.write(b"".join(name.encode("utf-8", "surrogateescape") + b"\n" for name in some))
            asks.flush()
            for _ in some:
                yield self._answer(answers, kind)

    def _answer(self, answers: IO[bytes], kind: bytes) -> bytes | None:
        about = answers.readline().split()
        if not about or about[-1] in (b"missing", b"ambiguous"):
            return None
        data = answers.read(int(about[2]))
        answers.read(1)
        self.total += len(data)
        return data if about[1] == kind else None


def read_file(repository: Repository, commit: str, path: str) -> bytes | None:
    """One file of a commit, None where the commit has none."""
    with Objects(repository) as objects:
        return objects.read(f"{commit}:{path}")


def names_in(repository: Repository, commit: str, folder: str) -> list[str]:
    """The names of what lies directly in a folder of a commit; empty where there is no such folder."""
    with Objects(repository) as objects:
        return [name for _, name, _ in entries(objects.read(f"{commit}:{folder}", b"tree") or b"", len(commit) // 2)]


def _followed(path: str, target: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if where.startswith(("../", "/")) or where == "..":
        raise ChartError("a link leaves the chart", path=path, why=f"It leads to {target}.")
    if where in files:
        return {path: files[where]}
    return {f"{path}/{inner[len(where) + 1 :]}": data for inner, data in files.items() if inner.startswith(f"{where}/")}


def merged_file(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """What `theirs` changed since `base`, brought into `ours`; `theirs` wins where both changed the same lines, and the
    second value says that they did."""
    _, clash = marked_merge(ours, base, theirs, ("ours", "theirs"))
    done = _merge(ours, base, theirs, "--theirs")
    if done.returncode:
        return theirs, True  # a binary file
    return done.stdout, clash


def marked_merge(ours: bytes, base: bytes, theirs: bytes, labels: tuple[str, str]) -> tuple[bytes, bool]:
    """The same, but both stand between conflict marks where both changed the same lines, ours under the first label.

    Of a binary file that both changed `ours` stays.
    """
    done = _merge(ours, base, theirs, "-L", labels[0], "-L", "before", "-L", labels[1])
    if done.returncode >= 128:  # below, it counts the conflicts
        return ours, True
    return done.stdout, done.returncode != 0


def _merge(ours: bytes, base: bytes, theirs: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            names.append(os.path.join(folder, name))
            with open(names[-1], "wb") as stream:
                stream.write(data)
        return run(["merge-file", "-p", "-q", *options, *names])
