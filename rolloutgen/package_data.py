"""Where the data beside the code lies: in a wheel under `rolloutgen/_data`, in a checkout at its top."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rolloutgen.errors import RolloutgenError

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_path(name: str) -> Path:
    """The folder or file `name` ("schemas", "templates/resources") of the packaged data.

    Raises RolloutgenError when neither the installed package nor the checkout has it: a broken installation.
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise RolloutgenError(
        f"the data folder {name!r} is missing from this installation",
        path=str(_PACKAGE),
        hint="install rolloutgen again",
    )
