"""Files of a commit, read through one git process; nothing is written to the user's tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from .disk import DEFAULT_LIMITS
from .errors import ChartError, LimitError
from .gitrun import Repository, git, start

_TREE, _LINK, _MODULE = "40000", "120000", "160000"
_POINTER = b"version https://git-lfs.github.com/spec/"


def read_folder(repository: Repository, commit: str, folder: str) -> Mapping[str, bytes]:
    """Bytes of every file below `folder` in a commit, links inside of it followed; empty where there is none.

    Raises ChartError for links that leave the folder, LimitError beyond what a chart may hold.
    """
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    with Objects(repository) as objects:
        todo = [("", objects.read(f"{commit}:{folder}"))]
        while todo:
            above, body = todo.pop()
            for mode, name, blob in entries(body or b"", len(commit) // 2):
                path = f"{above}{name}"
                if mode == _TREE:
                    todo.append((f"{path}/", objects.read(blob)))
                elif mode != _MODULE:
                    data = objects.read(blob) or b""
                    if mode == _LINK:
                        links[path] = data.decode("utf-8", "replace")
                    elif len(data) <= DEFAULT_LIMITS.file_bytes:  # Helm refuses larger ones, but for ignored ones
                        files[path] = data
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

    def read(self, name: str) -> bytes | None:
        """The bytes of an object, None for one that is not there."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None and answers is not None
        asks.write(name.encode("utf-8", "surrogateescape") + b"\n")
        asks.flush()
        about = answers.readline().split()
        if not about or about[-1] in (b"missing", b"ambiguous"):
            return None
        data = answers.read(int(about[2]))
        answers.read(1)
        self.total += len(data)
        return data


def read_file(repository: Repository, commit: str, path: str) -> bytes | None:
    """One file of a commit, None where the commit has none."""
    with Objects(repository) as objects:
        return objects.read(f"{commit}:{path}")


def names_in(repository: Repository, commit: str, folder: str) -> list[str]:
    """The names of what lies directly in a folder of a commit; empty where there is no such folder."""
    with Objects(repository) as objects:
        return [name for _, name, _ in entries(objects.read(f"{commit}:{folder}") or b"", len(commit) // 2)]


def _followed(path: str, target: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if where.startswith(("../", "/")) or where == "..":
        raise ChartError("a link leaves the chart", path=path, why=f"It leads to {target}.")
    if where in files:
        return {path: files[where]}
    return {f"{path}/{inner[len(where) + 1 :]}": data for inner, data in files.items() if inner.startswith(f"{where}/")}
