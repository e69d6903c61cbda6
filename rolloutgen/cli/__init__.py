"""The command line: parses, calls, prints, and maps faults to exit codes. Commands are imported when they run."""

from __future__ import annotations

from .group import main

__all__ = ["main"]
