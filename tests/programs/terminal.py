"""A shell on a terminal of its own, for what only happens when a person types."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence

_CONTROL = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78cDEHM])|[\x07\x08\r]")
_STEP = 0.05


class Terminal:
    """A program on a pseudo-terminal: keys go in, what it shows comes out without control sequences."""

    def __init__(self, command: Sequence[str], cwd: str, env: Mapping[str, str]) -> None:
        self._process, self._file = pty.fork()
        if not self._process:
            os.chdir(cwd)
            os.execvpe(command[0], list(command), dict(env))
        self.shown = ""

    def type(self, keys: str) -> None:
        """Keys as a person types them; "\\t" is the tabulator."""
        os.write(self._file, keys.encode())

    def wait_for(self, text: str, seconds: float = 20.0) -> str:
        """Everything that is shown once `text` is; raises AssertionError with all of it when it never is."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"never shown: {text!r}; but: {self.shown[-3000:]!r}"
            self._read()
        return self.shown

    def settle(self, seconds: float = 0.5) -> None:
        """Reads until nothing has come for that long."""
        while self._read(seconds):
            pass

    def _read(self, seconds: float = _STEP) -> bool:
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._file, 65536)
        except OSError:  # the program has ended
            return False
        # fish asks what kind of terminal this is, and waits for the answer.
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            os.write(self._file, b"\x1b[?62;c")
        self.shown += _CONTROL.sub("", data.decode("utf-8", "replace"))
        return True

    def close(self) -> None:
        """Ends the program."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._file)
