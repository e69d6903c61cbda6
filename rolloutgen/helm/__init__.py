"""The only package that knows Helm: embedded as a library, in a worker process or not, or as a program.

Names are loaded when they are asked for: the worker process imports this package too, and starts with every render.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rolloutgen.helm.binary import BinaryEngine
    from rolloutgen.helm.choose import open_engine
    from rolloutgen.helm.embedded import EmbeddedEngine
    from rolloutgen.helm.engine import HelmEngine
    from rolloutgen.helm.isolated import WorkerEngine

__all__ = ["BinaryEngine", "EmbeddedEngine", "HelmEngine", "WorkerEngine", "open_engine"]
_HOMES = {
    "BinaryEngine": "binary",
    "EmbeddedEngine": "embedded",
    "HelmEngine": "engine",
    "WorkerEngine": "isolated",
    "open_engine": "choose",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
