"""The command line: parses, calls, prints, and maps faults to exit codes. Commands are imported when they run."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from types import NoneType
from typing import NoReturn

__all__ = ["main"]
_RENDERING = ("validate", "diff", "convert", "hook")
_YOUNG = 100_000  # objects after which Python looks for cycles: what is read here holds next to none
_ELSEWHERE = ("-h", "--help", "--helm", "--all", "--shard")  # no Helm here, or several processes


def main() -> None:
    """The entry point of the program."""
    try:
        _run()
    except SystemExit as end:
        _leave(end)
    except KeyboardInterrupt as stop:  # while all is imported: no command has begun
        from rolloutgen.cli.group import code_of

        print("\ninterrupted", file=sys.stderr)
        _leave(SystemExit(code_of(stop)))


def _run() -> None:
    gc.set_threshold(_YOUNG)
    if _renders_here(sys.argv[1:]):
        from rolloutgen.helm.isolated import start_ahead

        start_ahead()  # starting Helm takes longer than all that is imported from here on
    from rolloutgen.cli.group import main as run

    run()


def _leave(end: SystemExit) -> NoReturn:
    """Ends the process now: an interpreter that takes itself apart first costs a fifth of a check, for nobody."""
    if not isinstance(end.code, (int, NoneType)):
        raise end
    try:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # nobody can be told; the interpreter does what it does for such a stream
        raise end from None
    except KeyboardInterrupt:  # it ends as it is
        pass
    os._exit(end.code or 0)


def _renders_here(arguments: Sequence[str]) -> bool:
    """Whether these arguments are sure to have one chart rendered by the embedded Helm."""
    if not arguments or arguments[0] not in _RENDERING:
        return False
    if any(argument.partition("=")[0] in _ELSEWHERE for argument in arguments):
        return False
    if arguments[0] == "hook":
        return any(os.path.isfile(argument) for argument in arguments)
    return sum(os.path.isfile(os.path.join(argument, "Chart.yaml")) for argument in arguments[1:]) == 1
