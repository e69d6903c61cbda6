"""Chooses the engine that `--helm` names."""

from __future__ import annotations

from rolloutgen.errors import UsageError
from rolloutgen.helm.engine import HelmEngine


def open_engine(choice: str, seconds: float = 0) -> HelmEngine:
    """The engine that `--helm` names: "embedded" (in a worker process), or the path of a helm program. `seconds` bounds
    one render, 0 stands for the engine's own bound.

    Raises UsageError when the embedded Helm has no wheel for this platform or the program is not there.
    """
    if choice != "embedded":
        from rolloutgen.helm.binary import BinaryEngine

        return BinaryEngine(choice, seconds=seconds) if seconds else BinaryEngine(choice)
    from importlib.util import find_spec

    if find_spec("helm_python") is None:
        raise UsageError(
            "the embedded Helm is not installed",
            why="helm-python-sdk has wheels for Linux (glibc, x86_64 and aarch64), macOS on arm64 and Windows.",
            hint="Name a helm program with --helm PATH.",
        )
    from rolloutgen.helm.isolated import WorkerEngine

    return WorkerEngine(seconds=seconds) if seconds else WorkerEngine()
