"""The command line: parses, calls, prints, and maps faults to exit codes. Commands are imported when they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]
_RENDERING = ("validate", "diff", "convert", "hook")
_ELSEWHERE = ("-h", "--help", "--helm", "--all", "--shard")  # no Helm here, or several processes


def main() -> None:
    """The entry point of the program."""
    if _renders_here(sys.argv[1:]):
        from ..helm.process import start_ahead

        start_ahead()  # starting Helm takes longer than all that is imported from here on
    from .group import main as run

    run()


def _renders_here(arguments: Sequence[str]) -> bool:
    """Whether these arguments are sure to have one chart rendered by the embedded Helm."""
    if not arguments or arguments[0] not in _RENDERING:
        return False
    if any(argument.partition("=")[0] in _ELSEWHERE for argument in arguments):
        return False
    if arguments[0] == "hook":
        return any(os.path.isfile(argument) for argument in arguments)
    return sum(os.path.isfile(os.path.join(argument, "Chart.yaml")) for argument in arguments[1:]) == 1
