"""What ends a run from outside: an interrupt at the terminal, or a signal of whoever started it."""

from __future__ import annotations

import signal
from types import FrameType


class Ended(KeyboardInterrupt):
    """A signal that asks for the end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def listen() -> None:
    """From now on SIGTERM and SIGHUP end the run as an interrupt does: what was begun is cleaned up, nothing is left
    half done. A signal that the caller has ignored (nohup) stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has not both
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)


def code_of(stop: KeyboardInterrupt) -> int:
    """The exit code for an end by a signal, as shells count: 130 for an interrupt."""
    return 128 + int(getattr(stop, "number", signal.SIGINT))


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)
