"""The other side of a diff, read out of git: nothing is written to the user's tree, index or references."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .disk import DEFAULT_LIMITS
from .errors import ChartError, LimitError, UsageError

_LINK, _MODULE = "120000", "160000"
_POINTER = b"version https://git-lfs.github.com/spec/"
_BRANCHES = ("origin/main", "origin/master", "main", "master")


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree."""

    mode: str
    blob: str
    size: int


def repository_at(path: str) -> Repository:
    """The repository that holds `path`, which need not exist. Raises UsageError where there is none, or no git."""
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    done = _run(["-C", folder, "rev-parse", "--show-toplevel"])
    if done.returncode:
        if b"not a git repository" in done.stderr:
            raise UsageError(
                "is in no git repository, so there is nothing to compare with",
                path=path,
                hint="Name the other side: --against DIR or --against CHART.tgz.",
            )
        raise _failed(["rev-parse", "--show-toplevel"], done)
    return Repository(done.stdout.decode().rstrip("\n"))


def resolve(repository: Repository, ref: str) -> str:
    """The commit that a ref names; `REF...` names the merge base of REF and HEAD, as for `git diff`.

    Raises UsageError where there is no such ref, or no merge base in a shallow clone.
    """
    if ref.endswith("..."):
        return merge_base(repository, ref[:-3])
    done = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False)
    if done.returncode == 0:
        return done.stdout.decode().strip()
    near = get_close_matches(ref, _refs(repository), 3, 0.6)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    remote, slash, branch = ref.partition("/")
    fetch = f"git fetch {remote} {branch}" if slash and remote in _remotes(repository) else f"git fetch origin {ref}"
    more = (
        f"{fetch} brings it where the remote has it."
        if _remotes(repository)
        else "`git branch -a` lists what there is."
    )
    raise UsageError(f"there is no git ref, directory or archive {ref!r}", hint=f"{hint}{more}")


def default_branch(repository: Repository) -> str:
    """The default branch: origin's HEAD, else main or master, of origin or here. Raises UsageError where none is."""
    done = _git(repository, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False)
    names = [done.stdout.decode().strip()] if done.returncode == 0 else []
    configured = _git(repository, "config", "--get", "init.defaultBranch", check=False).stdout.decode().strip()
    for name in [*names, *_BRANCHES, *([f"origin/{configured}", configured] if configured else [])]:
        exists = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
        if name and _git(repository, *exists, check=False).returncode == 0:
            return name
    shallow = is_shallow(repository)
    raise UsageError(
        "the default branch is not known: there is neither origin/HEAD nor main or master",
        why="This is a shallow clone, which holds one branch only." if shallow else "",
        hint="Name the other side: --against REF"
        + (
            "; in CI fetch it first: git fetch origin main, or fetch-depth: 0."
            if shallow
            else ", or git remote set-head origin --auto."
        ),
    )


def merge_base(repository: Repository, ref: str) -> str:
    """The commit where HEAD and `ref` parted. Raises UsageError where there is none, or a shallow clone hides it."""
    commit = resolve(repository, ref)
    if _git(repository, "rev-parse", "--verify", "--quiet", "HEAD", check=False).returncode:
        raise UsageError("the repository has no commit yet", path=repository.top, hint="Commit first.")
    done = _git(repository, "merge-base", "HEAD", commit, check=False)
    if done.returncode == 0:
        return done.stdout.decode().split()[0]
    if is_shallow(repository):
        raise UsageError(
            f"the merge base with {ref} is not in this shallow clone",
            hint="git fetch --unshallow brings it (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0); "
            f"--against {ref} compares with its tip instead.",
        )
    raise UsageError(f"HEAD and {ref} have no commit in common", hint=f"--against {ref} compares with its tip.")


def tree(repository: Repository, commit: str, folder: str) -> Mapping[str, Entry]:
    """The files below `folder` in a commit, by path relative to it; empty where the commit has no such folder."""
    prefix = f"{folder}/" if folder else ""
    arguments = ["ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", prefix or "."]
    found = {}
    for line in _git(repository, *arguments).stdout.split(b"\0"):
        about, tab, path = line.partition(b"\t")
        if tab:
            mode, _, blob, size = about.decode().split()
            found[path.decode("utf-8", "surrogateescape").removeprefix(prefix)] = Entry(
                mode, blob, 0 if size == "-" else int(size)
            )
    return found


def read_folder(repository: Repository, commit: str, folder: str) -> Mapping[str, bytes]:
    """Bytes of every file below `folder` in a commit, links inside of it followed; empty where there is none.

    Raises ChartError for links that leave the folder, LimitError beyond what a chart may hold.
    """
    entries = {path: entry for path, entry in tree(repository, commit, folder).items() if entry.mode != _MODULE}
    wanted = {path: entry for path, entry in entries.items() if entry.size <= DEFAULT_LIMITS.file_bytes}
    if len(wanted) > DEFAULT_LIMITS.files or sum(entry.size for entry in wanted.values()) > DEFAULT_LIMITS.total_bytes:
        raise LimitError(f"the chart at {commit[:9]} is too large", path=folder)
    blobs = _read(repository, [entry.blob for entry in wanted.values()])
    files = {path: blobs[entry.blob] for path, entry in wanted.items() if entry.mode != _LINK}
    for path, data in list(files.items()):
        if data.startswith(_POINTER):
            files[path] = _git(repository, "cat-file", "--filters", f"{commit}:{posixpath.join(folder, path)}").stdout
    for path, entry in wanted.items():
        if entry.mode == _LINK:
            files.update(_followed(path, blobs[entry.blob].decode("utf-8", "replace"), files))
    return files


def read_file(repository: Repository, commit: str, path: str) -> bytes | None:
    """One file of a commit, None where the commit has none."""
    entry = tree(repository, commit, posixpath.dirname(path)).get(posixpath.basename(path))
    return None if entry is None or entry.mode == _MODULE else _read(repository, [entry.blob])[entry.blob]


def changed_paths(repository: Repository, commit: str) -> list[str]:
    """What differs between a commit and the work tree, files that git does not know yet included; sorted."""
    changed = _git(repository, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit, "--").stdout
    fresh = _git(repository, "ls-files", "-z", "--others", "--exclude-standard", "--full-name").stdout
    return sorted({path.decode("utf-8", "surrogateescape") for path in (changed + fresh).split(b"\0") if path})


def folders_with(repository: Repository, commit: str, name: str) -> list[str]:
    """The folders of a commit that hold a file of that name, sorted."""
    listed = _git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).stdout.split(b"\0")
    paths = (path.decode("utf-8", "surrogateescape") for path in listed)
    return sorted(posixpath.dirname(path) for path in paths if posixpath.basename(path) == name)


def added_in(repository: Repository, path: str) -> str:
    """The commit that brought a file last, "" where no commit of this clone did."""
    done = _git(repository, "log", "--diff-filter=A", "-1", "--format=%H", "--", path)
    return done.stdout.decode().strip()


def parent_of(repository: Repository, commit: str) -> str:
    """The first parent of a commit, "" for one without, also where a shallow clone ends there."""
    done = _git(repository, "rev-parse", "--verify", "--quiet", f"{commit}^", check=False)
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def short(repository: Repository, commit: str) -> str:
    """The commit as people quote it."""
    return _git(repository, "rev-parse", "--short", commit).stdout.decode().strip()


def merged_file(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """What `theirs` changed since `base`, brought into `ours`; `theirs` wins where both changed the same lines, and the
    second value says that they did."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            names.append(os.path.join(folder, name))
            with open(names[-1], "wb") as stream:
                stream.write(data)
        clash = _run(["merge-file", "-p", "-q", *names]).returncode != 0
        done = _run(["merge-file", "-p", "-q", "--theirs", *names])
        if done.returncode:
            return theirs, True  # a binary file
    return done.stdout, clash


def _followed(path: str, target: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if where.startswith(("../", "/")) or where == "..":
        raise ChartError("a link leaves the chart", path=path, why=f"It leads to {target}.")
    if where in files:
        return {path: files[where]}
    return {f"{path}/{inner[len(where) + 1 :]}": data for inner, data in files.items() if inner.startswith(f"{where}/")}


def _read(repository: Repository, blobs: Sequence[str]) -> dict[str, bytes]:
    """Objects by name, in one process."""
    names = list(dict.fromkeys(blobs))
    out = _git(repository, "cat-file", "--batch", input="".join(f"{name}\n" for name in names).encode()).stdout
    found, at = {}, 0
    for name in names:
        end = out.index(b"\n", at)
        about = out[at:end].split()
        if about[-1] == b"missing":
            raise UsageError(f"an object is not in this clone: {name}", hint="git fetch --refetch brings it.")
        size = int(about[2])
        found[name] = out[end + 1 : end + 1 + size]
        at = end + 2 + size
    return found


def _refs(repository: Repository) -> list[str]:
    out = _git(repository, "for-each-ref", "--format=%(refname:short)", "--count=2000").stdout.decode()
    return out.split()


def _remotes(repository: Repository) -> list[str]:
    return _git(repository, "remote").stdout.decode().split()


def is_shallow(repository: Repository) -> bool:
    """Whether the clone lacks part of the history."""
    return _git(repository, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _git(
    repository: Repository, *arguments: str, check: bool = True, input: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    done = _run(["-C", repository.top, *arguments], input)
    if check and done.returncode:
        raise _failed(arguments, done)
    return done


def _run(arguments: Sequence[str], data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    # Without optional locks git does not even refresh its index.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            input=data,
            capture_output=True,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        hint = "Install git, or name the other side: --against DIR or --against CHART.tgz."
        raise UsageError("git is not on PATH", hint=hint) from None


def _failed(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> UsageError:
    said = done.stderr.decode("utf-8", "replace").strip()
    return UsageError(f"git {' '.join(arguments)} failed ({done.returncode})", why=said)


def parents(path: str) -> Iterator[str]:
    """The folders above a path, the outermost ("" for the root) first."""
    yield ""
    parts = path.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])
