"""Writes files of a chart so that each one is old or new at any moment, and a second run finishes a killed one.

In place, the new files are first staged in a directory inside the chart, which is complete once it is renamed to
`.rolloutgen-pending`; then `os.replace` moves each to its place. It has to be kept because half of the changes is no
chart that could be converted again: the old templates are gone by then. Readers refuse a chart that holds it, the next
writer calls `finish_interrupted`. As it may also have come with a chart from anywhere, nothing in it is trusted: what
it names must be a file below the root, not of version control and not changed since.

A new directory is filled under a hidden name beside it and then renamed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from rolloutgen.chart.disk import PENDING, STAGING, VERSION_CONTROL
from rolloutgen.errors import ChartError, UsageError

_NEW, _GONE = "new", "gone"  # in the pending directory: files by their paths in the chart; what is gone is empty there

Contents = Mapping[str, bytes | None]  # posix path below the root -> content, None for no file
Modes = Mapping[str, int]


def replace_files(root: str, before: Contents, after: Contents, modes: Modes) -> None:
    """Writes the files `after` to the directory `root`: new contents, deletions, then the records (`_is_record`).

    `before` is what these files held when they were read; `modes` are for new files. A path that leads through a
    symbolic link changes the file that the link names; files that `after` does not name are not touched.
    Raises UsageError while another run writes there, ChartError for a file that changed since it was read or that
    cannot be written; then nothing has changed.
    """
    real = os.path.realpath(root)
    located = _located(real, after)
    staging = os.path.join(real, STAGING)
    with _writing(root):
        shutil.rmtree(staging, ignore_errors=True)
        os.mkdir(staging)  # fails for a link, which may have come with the chart
        try:
            for path, data in after.items():
                target = os.path.join(real, located[path])
                if read_bytes(os.path.join(real, path)) != before.get(path):
                    what = "the file has changed since it was read; nothing is written"
                    raise ChartError(what, path=path, hint="Run again.")
                _check_writable(os.path.dirname(target))
                staged = os.path.join(staging, _GONE if data is None else _NEW, located[path])
                _write(staged, data or b"", modes.get(path), target)
            os.rename(staging, os.path.join(real, PENDING))
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        _move_pending(real)


def finish_interrupted(root: str) -> None:
    """Finishes what a killed run left half written in the directory `root`; without such a run, does nothing.

    Raises UsageError while the run is alive, ChartError for a pending directory that no run left or whose files have
    changed since; then nothing has changed.
    """
    real = os.path.realpath(root)
    if not os.path.lexists(pending := os.path.join(real, PENDING)):
        return
    with _writing(root):
        if not os.path.lexists(pending):  # its run has come to its end meanwhile
            return
        if not _is_ours(real):
            what = "this was not left by an interrupted run, or files have changed since"
            raise ChartError(what, path=pending, hint="Restore the chart from version control and remove this.")
        _move_pending(real)


def write_into(root: str, files: Contents, modes: Modes) -> None:
    """Writes and deletes files of a directory that nobody else reads yet."""
    real = os.path.realpath(root)
    for path, located in _located(real, files).items():
        target, data = os.path.join(real, located), files[path]
        if data is None:
            _delete(real, located)
        else:
            _write(target, data, modes.get(path), target)


@contextlib.contextmanager
def fill_new_directory(target: str) -> Iterator[str]:
    """Yields an empty directory that becomes `target` at the end of the block, or is removed where that fails.

    Raises ChartError when it cannot be written or something else has the name.
    """
    folder, name = os.path.split(os.path.realpath(target))
    prefix = f".{name}.rolloutgen-"
    fresh = os.path.join(folder, f"{prefix}{os.getpid()}")
    try:
        os.makedirs(folder, exist_ok=True)
        for left in (os.path.join(folder, found) for found in os.listdir(folder) if found.startswith(prefix)):
            with contextlib.suppress(OSError), _locked(left):  # its run was killed
                shutil.rmtree(left)
        os.mkdir(fresh)
        try:
            with _locked(fresh):
                yield fresh
                os.rename(fresh, os.path.join(folder, name))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as fault:
        raise ChartError(f"cannot be written: {fault.strerror or fault}", path=target) from None


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Puts SIGINT, SIGTERM and SIGHUP off until the end of the block."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    # The mask is this thread's. A signal that another thread receives runs its handler in the main thread all the same.
    in_main = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in numbers if in_main}
    heard: list[int] = []
    for number, handler in handlers.items():
        if callable(handler):
            signal.signal(number, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if callable(handler):
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for missed in dict.fromkeys(heard):
            signal.raise_signal(missed)


def read_bytes(path: str) -> bytes | None:
    """The content of a file, None where there is none that can be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


@contextlib.contextmanager
def _writing(root: str) -> Iterator[None]:
    """Lets one run at a time write to `root`, and no signal end it; faults of the system become ours."""
    try:
        with _locked(os.path.realpath(root)), uninterrupted():
            yield
    except BlockingIOError:
        raise UsageError("another run of rolloutgen is writing this directory", path=root) from None
    except OSError as fault:
        is_half = os.path.lexists(os.path.join(root, PENDING))
        hint = "It is half written: run again when it can be written." if is_half else ""
        what = f"cannot be written: {fault.strerror or fault}"
        raise ChartError(what, path=fault.filename or root, hint=hint) from None


@contextlib.contextmanager
def _locked(directory: str) -> Iterator[None]:
    """Holds a lock on a directory, which ends with the process. Raises BlockingIOError when another one holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            if isinstance(fault, BlockingIOError):
                raise  # anything else: a file system without locks
        yield
    finally:
        os.close(descriptor)


def _pending(root: str) -> list[tuple[str, str]]:
    """The staged files in the order of their turn, as _NEW or _GONE and the path in the chart."""
    base = Path(root, PENDING)
    files = [Path(folder, name).relative_to(base) for folder, _, names in os.walk(base) for name in names]
    found = [(file.parts[0], file.relative_to(file.parts[0]).as_posix()) for file in files]
    return sorted(found, key=lambda one: (_is_record(one[1]), one[0] == _GONE, one[1]))


def _is_record(path: str) -> bool:
    """Whether a file says what was done to the chart (.rolloutgen.yaml, .copier-answers.yml)."""
    return path.startswith(".")


def _move_pending(root: str) -> None:
    """Moves the staged files into place, and deletes what is gone; a run that is killed here can be repeated."""
    for kind, path in _pending(root):
        if kind == _GONE:
            _delete(root, path)
        else:
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            os.replace(os.path.join(root, PENDING, kind, path), os.path.join(root, path))
    shutil.rmtree(os.path.join(root, PENDING))


def _is_ours(root: str) -> bool:
    """Whether a pending directory holds only files of the chart, and the chart none that was changed after them."""
    pending = os.path.join(root, PENDING)
    if os.path.islink(pending) or not os.path.isdir(pending):
        return False
    try:
        for kind, path in _pending(root):
            staged, target = os.path.join(pending, kind, path), os.path.join(root, path)
            if kind not in (_NEW, _GONE) or _located(root, {path: b"" if kind == _NEW else None}) != {path: path}:
                return False
            if os.path.lexists(target) and os.lstat(target).st_mtime_ns > os.lstat(staged).st_mtime_ns:
                return False
    except ChartError:
        return False
    return True


def _located(root: str, files: Contents) -> dict[str, str]:
    """For each path the one that symbolic links lead to; a link that is deleted goes itself, not what it names.

    Raises ChartError for a path that leaves the root or enters version control, and for two paths of one file with two
    contents.
    """
    located: dict[str, str] = {}
    contents: dict[str, bytes | None] = {}
    for path, data in files.items():
        full = Path(root, path)
        real = os.path.realpath(full) if data is not None else os.path.join(os.path.realpath(full.parent), full.name)
        relative = Path(os.path.relpath(real, root))
        if relative.parts[:1] in ((), ("..",)):
            raise ChartError("a symbolic link that leaves the chart", path=path)
        if any(part.casefold() in VERSION_CONTROL or part.casefold().startswith("git~") for part in relative.parts):
            raise ChartError("a file of version control", path=path)
        located[path] = relative.as_posix()
        if contents.setdefault(located[path], data) != data:
            raise ChartError("two paths lead to this file, and it would have to hold two contents", path=path)
    return located


def _check_writable(folder: str) -> None:
    """Raises PermissionError where no file can be made in a directory that exists, or would be made."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK):
        raise PermissionError(13, os.strerror(13), folder)


def _write(path: str, data: bytes, mode: int | None, like: str) -> None:
    """Writes a new file with mode and owner of the file `like`; with `mode` where there is none."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    old = os.stat(like) if os.path.exists(like) else None
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with open(path, "xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    if old:
        mode = old.st_mode & 0o7777
        with contextlib.suppress(OSError, AttributeError):
            os.chown(path, old.st_uid, old.st_gid)
    if mode is not None:
        os.chmod(path, mode)


def _delete(root: str, path: str) -> None:
    """Removes a file, and the directories that it leaves empty."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(root, path))
    with contextlib.suppress(OSError):
        for folder in list(Path(path).parents)[:-1]:
            os.rmdir(os.path.join(root, folder))
