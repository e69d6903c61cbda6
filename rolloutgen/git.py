"""git as a process: files of commits, revisions, merges. Nothing in the user's working tree changes."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import IO

from rolloutgen.chart.disk import DEFAULT_LIMITS
from rolloutgen.errors import ChartError, LimitError, UsageError

_UNSHALLOW = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
_ORIGIN_HEAD = "refs/remotes/origin/HEAD"
_BRANCHES = ("origin/main", "origin/master", "main", "master")


def repository_at(path: str, flag: str = "--against") -> Repository:
    """The repository that holds `path`, which need not exist. Raises UsageError where there is none, or no git; `flag`
    is the option that names the other side without git."""
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    done = run(["-C", folder, "rev-parse", "--show-toplevel"])
    if done.returncode:
        if b"not a git repository" in done.stderr:
            raise UsageError(
                "is in no git repository, so there is nothing to compare with",
                path=path,
                hint=f"Name the other side: {flag} DIR or {flag} CHART.tgz.",
            )
        raise failed(["rev-parse", "--show-toplevel"], done)
    return Repository(done.stdout.decode().rstrip("\n"))


def resolve(repository: Repository, ref: str) -> str:
    """The commit that a ref names; `REF...` names the merge base of REF and HEAD, as for `git diff`.

    Raises UsageError where there is no such ref, or no merge base in a shallow clone.
    """
    if ref.endswith("..."):
        return merge_base(repository, ref[:-3])
    done = run_git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False)
    if done.returncode == 0:
        return done.stdout.decode().strip()
    raise UsageError(f"there is no git ref, directory or archive {ref!r}", hint=_way_to(repository, ref))


def _way_to(repository: Repository, ref: str) -> str:
    """What helps where a ref is not there: another spelling, or the command that brings it."""
    known, remotes = _refs(repository), _remotes(repository)
    near = [name for name in (f"{remote}/{ref}" for remote in remotes) if name in known]
    near = near or get_close_matches(ref, known, 3, 0.6)
    hint = f"Did you mean --against {' or '.join(near)}? " if near else ""
    if re.search(r"[~^@{:]", ref):  # a way through history, not a name
        if is_shallow(repository):
            return f"{hint}This is a shallow clone: {_UNSHALLOW} brings the history."
        return f"{hint}`git log --oneline` lists what there is."
    if not remotes:
        return f"{hint}`git branch -a` lists what there is."
    remote, slash, branch = ref.partition("/")
    if not slash or remote not in remotes:
        remote, branch = remotes[0], ref
    if re.fullmatch(r"[0-9a-f]{7,64}", ref):
        return f"{hint}git fetch {remote} {ref} brings the commit where the remote has it."
    fetch = f"git fetch {remote} {branch}:refs/remotes/{remote}/{branch}"
    name = "" if ref == f"{remote}/{branch}" else f", as --against {remote}/{branch}"
    return f"{hint}{fetch} brings it where the remote has it{name}."


def default_branch(repository: Repository) -> str:
    """The default branch: origin's HEAD, else main or master, of origin or here. Raises UsageError where none is."""
    refs = {f"refs/remotes/{name}" if "/" in name else f"refs/heads/{name}": name for name in _BRANCHES}
    told = run_git(repository, "for-each-ref", "--format=%(refname) %(symref:lstrip=2)", _ORIGIN_HEAD, *refs).stdout
    there = dict(line.split(" ", 1) for line in told.decode().splitlines())
    found = there.get(_ORIGIN_HEAD) or next((name for ref, name in refs.items() if ref in there), "")
    if found or (found := _configured(repository)):
        return found
    if _is_without_commits(repository):
        raise _without_commits(repository)
    what = "the default branch is not known: there is neither origin/HEAD nor main or master"
    if is_shallow(repository):
        why = "This is a shallow clone, which holds one branch only."
        hint = f"{_UNSHALLOW} brings the others (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0)."
        raise UsageError(what, why=why, hint=hint)
    raise UsageError(what, hint="Name the other side: --against REF, or git remote set-head origin --auto.")


def _configured(repository: Repository) -> str:
    """The branch that git calls a first one, where it is there; else ""."""
    name = run_git(repository, "config", "--get", "init.defaultBranch", check=False).stdout.decode().strip()
    known = _refs(repository) if name else ()
    return next((branch for branch in (f"origin/{name}", name) if branch in known), "")


def merge_base(repository: Repository, ref: str) -> str:
    """The commit where HEAD and `ref` parted. Raises UsageError where there is none, or a shallow clone hides it."""
    done = run_git(repository, "merge-base", "--end-of-options", "HEAD", ref, check=False)
    if done.returncode == 0:
        return done.stdout.decode().split()[0]
    resolve(repository, ref)
    if _is_without_commits(repository):
        raise _without_commits(repository)
    if is_shallow(repository):
        raise UsageError(
            f"the merge base with {ref} is not in this shallow clone",
            hint=f"{_UNSHALLOW} brings it (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0); "
            f"--against {ref} compares with its tip instead.",
        )
    raise UsageError(f"HEAD and {ref} have no commit in common", hint=f"--against {ref} compares with its tip.")


def _is_without_commits(repository: Repository) -> bool:
    return run_git(repository, "rev-parse", "--verify", "--quiet", "HEAD", check=False).returncode != 0


def _without_commits(repository: Repository) -> UsageError:
    return UsageError("the repository has no commit yet", path=repository.top, hint="Commit first.")


def changed_paths(repository: Repository, commit: str) -> list[str]:
    """What differs between a commit and the work tree, files that git does not know yet included; sorted."""
    changed = run_git(repository, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit, "--").stdout
    fresh = run_git(repository, "ls-files", "-z", "--others", "--exclude-standard", "--full-name").stdout
    return sorted({path.decode("utf-8", "surrogateescape") for path in (changed + fresh).split(b"\0") if path})


def uncommitted(repository: Repository, path: str) -> list[str]:
    """What below `path` is in no commit: changed, staged, deleted or new, as git names it; sorted."""
    asked = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", os.path.realpath(path)]
    told = run_git(repository, *asked).stdout.split(b"\0")
    return sorted(entry[3:].decode("utf-8", "surrogateescape") for entry in told if entry)


def folders_with(repository: Repository, commit: str, name: str) -> list[str]:
    """The folders of a commit that hold a file of that name, sorted."""
    listed = run_git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).stdout.split(b"\0")
    paths = (path.decode("utf-8", "surrogateescape") for path in listed)
    return sorted(posixpath.dirname(path) for path in paths if posixpath.basename(path) == name)


def added_in(repository: Repository, path: str) -> str:
    """The commit that brought a file last, "" where no commit of this clone did."""
    done = run_git(repository, "log", "--diff-filter=A", "-1", "--format=%H", "--", path)
    return done.stdout.decode().strip()


def parent_of(repository: Repository, commit: str) -> str:
    """The first parent of a commit, "" for one without, also where a shallow clone ends there."""
    done = run_git(repository, "rev-parse", "--verify", "--quiet", f"{commit}^", check=False)
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def short(commit: str) -> str:
    """The commit as people quote it; no process is worth a shorter one."""
    return commit[:9]


def _refs(repository: Repository) -> list[str]:
    out = run_git(repository, "for-each-ref", "--format=%(refname:short)", "--count=2000").stdout.decode()
    return out.split()


def _remotes(repository: Repository) -> list[str]:
    return run_git(repository, "remote").stdout.decode().split()


def is_shallow(repository: Repository) -> bool:
    """Whether the clone lacks part of the history."""
    return run_git(repository, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def parents(path: str) -> Iterator[str]:
    """The folders above a path, the outermost ("" for the root) first."""
    yield ""
    parts = path.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])


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


def run_git(repository: Repository, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
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
            files[path] = run_git(
                repository, "cat-file", "--filters", f"{commit}:{posixpath.join(folder, path)}"
            ).stdout
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
