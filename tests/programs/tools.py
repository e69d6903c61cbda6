"""Where the programs are that tests compare with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def program(name: str) -> str:
    """The path of a program in $ROLLOUTGEN_PROGRAMS or on PATH; skips the test where it is in neither."""
    folder = os.environ.get("ROLLOUTGEN_PROGRAMS", "")
    for path in (Path(folder, name), Path(folder, "bin", name)):
        if folder and path.is_file():
            return str(path)
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is neither in $ROLLOUTGEN_PROGRAMS nor on PATH")
    return found
