"""The few system calls that Python does not wrap: exchanging two directories, locking one, putting signals off."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator

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
