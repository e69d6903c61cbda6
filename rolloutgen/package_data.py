"""Where the data beside the code lies: in a wheel under `rolloutgen/_data`, in a checkout at its top."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from rolloutgen.errors import RolloutgenError

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


def data_path(name: str) -> Path:
    """The path of `data_file`, for whoever does more with it than to open it."""
    from pathlib import Path

    return Path(data_file(name))


@cache
def data_file(name: str) -> str:
    """The folder or file `name` ("schemas", "templates/resources") of the packaged data.

    Raises RolloutgenError when neither the installed package nor the checkout has it: a broken installation.
    """
    for root in (os.path.join(_PACKAGE, "_data"), os.path.dirname(_PACKAGE)):
        path = os.path.join(root, name)
        if os.path.exists(path):
            return path
    raise RolloutgenError(
        f"the data folder {name!r} is missing from this installation",
        path=_PACKAGE,
        hint="install rolloutgen again",
    )
