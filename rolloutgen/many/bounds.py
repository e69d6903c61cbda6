"""A bound on the time of work in this process, where the platform has an alarm clock."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from ..errors import LimitError


@contextlib.contextmanager
def at_most(seconds: float, path: str) -> Iterator[None]:
    """Raises LimitError, which names `path`, in the block when it takes longer than `seconds`.

    In the main thread of a POSIX system only: elsewhere the bounds of the parts (renders, sizes) hold alone.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise LimitError(f"it takes longer than {seconds:g} seconds to check", path=path)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
