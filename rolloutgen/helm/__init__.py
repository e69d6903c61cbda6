"""The only package that knows Helm: embedded as a library, or as a program."""

from __future__ import annotations

from .embedded import EmbeddedEngine
from .engine import Engine

__all__ = ["EmbeddedEngine", "Engine"]
