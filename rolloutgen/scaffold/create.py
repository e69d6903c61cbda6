"""A new directory out of a template, all or nothing."""

from __future__ import annotations

import os
import shutil

from ..chart.atomic import replace_files, sibling, write_into
from ..errors import ChartError, UsageError
from .render import Made


def refuse_if_taken(target: str) -> None:
    """Raises UsageError where something lies at `target` already: nothing of it is ever written over."""
    if os.path.islink(target) or (os.path.exists(target) and not os.path.isdir(target)):
        raise UsageError("something else has that name", path=target, hint="Name another directory.")
    if os.path.isdir(target) and (lies := sorted(os.listdir(target))):
        raise UsageError(
            "the directory is not empty",
            path=target,
            why=f"It holds {', '.join(lies[:3])}{' and more' if len(lies) > 3 else ''}.",
            hint="Name a new directory, or empty it; `rolloutgen update` brings a chart to the newest template.",
        )


def create(made: Made, target: str) -> None:
    """Writes the files as the new directory `target`, which appears whole. Raises UsageError, ChartError."""
    refuse_if_taken(target)
    if os.path.isdir(target):  # somebody may stand in it: it stays the same directory
        replace_files(target, made.files, made.modes)
        return
    real = os.path.realpath(target)
    fresh = sibling(real)
    try:
        os.makedirs(fresh)
        write_into(fresh, made.files, made.modes)
        os.rename(fresh, real)  # where somebody was quicker, it fails and changes nothing
    except OSError as fault:
        raise ChartError(f"cannot be written: {fault.strerror or fault}", path=target) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
