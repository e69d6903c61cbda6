"""Changing a set of files in a directory all or nothing, whenever the process is killed.

Two ways. Where the kernel can exchange two directories in one step (Linux renameat2, macOS renamex_np), a complete new
tree is built beside the old one, unchanged files as hard links, and takes its name: whoever looks sees the old tree or
the new one. The old directory then gets the same content and its name back, so that a shell or editor that stands in
it stays where it is.

Elsewhere (a mount point, a directory that holds .git, a file system without exchange) the new files are first written
into a journal in the directory. Once it is complete, a helper process that outlives this one moves them into place;
should that be killed as well, the next run finishes it (`recover`). Before that point nothing has changed.

The few system calls that Python does not wrap: exchanging two directories, locking one, putting signals off.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rolloutgen.chart.disk import JOURNAL, SIBLING, leftovers
from rolloutgen.errors import ChartError, UsageError

_PLAN = "plan.json"
_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})
_MOST_LINKS = 20_000  # beyond that, building a tree beside takes longer than anyone would wait

Changes = Mapping[str, bytes | None]  # posix path below the root -> content, None to delete
Modes = Mapping[str, int]


class CannotExchange(Exception):
    """The directory cannot be replaced in one step."""


def replace_files(root: str, changes: Changes, modes: Modes) -> None:
    """Applies `changes` to the directory `root`, all or nothing. `modes` are for files that are new.

    A path that leads through a symbolic link changes what the link points at. Files that `changes` does not name are
    not touched. Raises ChartError when the directory cannot be written, UsageError when another run writes it; then
    nothing has changed.
    """
    real = os.path.realpath(root)
    try:
        located = _located(real, changes)
        with locked(real):
            try:
                _by_exchange(real, located, modes)
            except CannotExchange:
                _by_journal(real, located, modes)
    except BlockingIOError:
        raise UsageError("another run of rolloutgen is writing this chart", path=root) from None
    except OSError as fault:
        raise ChartError(f"cannot be written: {fault.strerror or fault}", path=fault.filename or root) from None


def recover(root: str) -> None:
    """Ends what a killed run left behind: a complete journal is applied, everything else of it is removed.

    Raises ChartError when a complete journal cannot be applied.
    """
    real = os.path.realpath(root)
    journal = os.path.join(real, JOURNAL)
    remains = leftovers(real)
    if not remains and not os.path.isdir(journal):
        return
    try:
        with locked(real, patience=0):
            for leftover in remains:
                shutil.rmtree(leftover, ignore_errors=True)
            finish_journal(real)
    except BlockingIOError:
        return  # its writer is alive
    except OSError as fault:
        raise ChartError(
            "an interrupted run left this chart half written, and it cannot be finished",
            path=root,
            why=str(fault),
            hint="Make the chart's directory writable and run again.",
        ) from None


def finish_journal(root: str) -> None:
    """Moves a complete journal's files into place and removes the journal; an incomplete one is only removed.

    What another process did already, or does at this moment, is done again without harm. Raises ChartError for a
    journal that no run wrote, before anything is done: it may have come with a chart from anywhere.
    """
    journal = os.path.join(root, JOURNAL)
    for path, name in _planned(root, os.path.join(journal, _PLAN)).items():
        if name is None:
            _delete(root, path)
        elif os.path.exists(os.path.join(journal, name)):
            target = os.path.join(root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.replace(os.path.join(journal, name), target)
    shutil.rmtree(journal, ignore_errors=True)


def _planned(root: str, plan: str) -> dict[str, str | None]:
    """What a journal's plan says, {} where there is none: paths below `root` -> names in it, None to delete."""
    found: object = None
    try:
        if os.path.isfile(plan):  # a pipe would be waited for
            found = json.loads(Path(plan).read_bytes())
        elif not os.path.lexists(plan):
            return {}
    except FileNotFoundError:  # removed at this moment
        return {}
    except (ValueError, RecursionError):
        pass
    if isinstance(found, dict) and all(_is_planned(root, path, name) for path, name in found.items()):
        return found
    raise ChartError(
        "an interrupted run left a journal here, and this is none that it wrote",
        path=os.path.dirname(plan),
        hint="Look at what it holds, and remove it.",
    )


def _is_planned(root: str, path: str, name: object) -> bool:
    if "\0" in path or os.path.basename(path) in ("", ".", ".."):
        return False
    folder = os.path.realpath(os.path.join(root, os.path.dirname(path)))
    is_inside = folder == root or folder.startswith(root + os.sep)
    return is_inside and (name is None or (isinstance(name, str) and name.isdecimal()))


def copy_tree(source: str, target: str) -> None:
    """A copy of a directory for a new place: links, modes and times as they are, version control left out."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*_VERSION_CONTROL, JOURNAL))


def sibling(path: str) -> str:
    """A hidden name beside `path` for what is on its way there; `recover` knows it."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.join(folder, f".{name}{SIBLING}{os.getpid()}")


def write_into(tree: str, changes: Changes, modes: Modes) -> None:
    """Applies `changes` to a tree that nobody else sees yet, one after the other, through its symbolic links."""
    for path, data in _located(tree, changes).items():
        if data is None:
            _delete(tree, path)
        else:
            _write(os.path.join(tree, path), data, modes.get(path))


def _by_exchange(root: str, changes: Changes, modes: Modes) -> None:
    other = sibling(root)
    try:
        try:
            _link_tree(root, other)
        except (OSError, NotImplementedError) as fault:  # no right to write beside it, or a file that cannot be linked
            raise CannotExchange from fault
        with locked(other), uninterrupted():
            write_into(other, changes, modes)
            try:
                exchange(other, root)
            except OSError as fault:
                raise CannotExchange from fault
            # The new chart stands, whatever happens now; `other` is the old directory.
            with contextlib.suppress(OSError):
                for path, data in changes.items():
                    if data is None:
                        _delete(other, path)
                    else:
                        _link_over(os.path.join(root, path), os.path.join(other, path))
                exchange(other, root)
    finally:
        shutil.rmtree(other, ignore_errors=True)  # of the three trees that it can be, none is needed any more


def _by_journal(root: str, changes: Changes, modes: Modes) -> None:
    journal = os.path.join(root, JOURNAL)
    shutil.rmtree(journal, ignore_errors=True)
    os.mkdir(journal)
    try:
        plan: dict[str, str | None] = {}
        for number, (path, data) in enumerate(changes.items()):
            plan[path] = None if data is None else str(number)
            if data is not None:
                mode = _mode(os.path.join(root, path))
                _write(os.path.join(journal, str(number)), data, modes.get(path) if mode is None else mode)
        _write(os.path.join(journal, "plan"), json.dumps(plan).encode(), None)
    except BaseException:
        shutil.rmtree(journal, ignore_errors=True)
        raise
    with uninterrupted():
        os.rename(os.path.join(journal, "plan"), os.path.join(journal, _PLAN))  # from here on, the new chart stands
        _finish_elsewhere(root)
        if os.path.isdir(journal):
            finish_journal(root)


def _finish_elsewhere(root: str) -> None:
    """Lets a process of its own move the files: that this one is killed does not stop it."""
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = "import sys; sys.path.insert(0, sys.argv[1]); from rolloutgen.chart.atomic import finish_journal; "
    command = [sys.executable, "-I", "-S", "-c", f"{code}finish_journal(sys.argv[2])", home, root]
    with contextlib.suppress(OSError):
        subprocess.run(command, start_new_session=True, stderr=subprocess.DEVNULL, check=False)


def _located(root: str, changes: Changes) -> dict[str, bytes | None]:
    """The changes by the path that symbolic links lead to; a link that is deleted goes itself, not what it names."""
    located: dict[str, bytes | None] = {}
    for path, data in changes.items():
        full = os.path.join(root, path)
        real = os.path.realpath(full) if data is not None else _with_real_folder(full)
        relative = Path(os.path.relpath(real, root)).as_posix()
        if relative.startswith("../"):
            raise ChartError("a symbolic link that leaves the chart", path=path)
        if located.get(relative, data) != data:
            raise ChartError("two paths lead to this file, and it would have to hold two contents", path=path)
        located[relative] = data
    return located


def _with_real_folder(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _link_tree(root: str, other: str) -> None:
    """`other` becomes a tree like `root` whose files are the same files. Raises CannotExchange where it must not."""
    if os.path.ismount(root) or not EXCHANGES:
        raise CannotExchange("a mount point")

    def unreadable(fault: OSError) -> None:
        raise fault

    count = 0
    for folder, directories, files in os.walk(root, onerror=unreadable):
        inside = os.path.normpath(os.path.join(other, os.path.relpath(folder, root)))
        os.mkdir(inside)
        for name in directories:
            full = os.path.join(folder, name)
            if name in _VERSION_CONTROL or os.path.ismount(full):
                raise CannotExchange("version control or a mount point inside")
            if os.path.islink(full):
                os.symlink(os.readlink(full), os.path.join(inside, name))
        for name in files:
            os.link(os.path.join(folder, name), os.path.join(inside, name), follow_symlinks=False)
        shutil.copystat(folder, inside)
        count += len(files) + len(directories)
        if count > _MOST_LINKS:
            raise CannotExchange("too many files")


def _write(target: str, data: bytes, mode: int | None) -> None:
    """Puts a new file at `target`; one that stands there keeps its mode and owner and is not written into."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    fresh = f"{target}{SIBLING}new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    with open(fresh, "xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    with contextlib.suppress(FileNotFoundError):
        old = os.stat(target)
        mode = old.st_mode & 0o7777
        with contextlib.suppress(OSError, AttributeError):
            os.chown(fresh, old.st_uid, old.st_gid)
    if mode is not None:
        os.chmod(fresh, mode)
    os.replace(fresh, target)


def _link_over(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    fresh = f"{target}{SIBLING}new"
    os.link(source, fresh)
    os.replace(fresh, target)


def _delete(tree: str, path: str) -> None:
    """Removes a file, and the directories that it leaves empty."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(tree, path))
    for folder in Path(path).parents:
        if folder == Path("."):
            return
        try:
            os.rmdir(os.path.join(tree, folder))
        except OSError:
            return


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        return None


_AT_FDCWD = -100
_LINUX_EXCHANGE = 2  # renameat2(..., RENAME_EXCHANGE)
_MACOS_SWAP = 2  # renamex_np(..., RENAME_SWAP)
EXCHANGES = sys.platform in ("linux", "darwin")


def exchange(one: str, other: str) -> None:
    """Exchanges the names of two directories in one step. Raises OSError where that cannot be done."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(first, second, ctypes.c_uint(_MACOS_SWAP))
        else:
            failed = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, ctypes.c_uint(_LINUX_EXCHANGE))
    except AttributeError:
        raise OSError("this system cannot exchange two directories") from None
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), other)


@contextlib.contextmanager
def locked(directory: str, *, patience: float = 2.0) -> Iterator[None]:
    """Holds a lock on a directory, which the kernel drops when the process dies.

    Raises BlockingIOError when another process holds it for longer than `patience` seconds.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.01)
                continue
            except OSError:
                pass  # a file system without locks
            break
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Puts SIGINT, SIGTERM and SIGHUP off for some milliseconds."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
