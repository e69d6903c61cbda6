"""What installs the controller, as a new directory."""

from __future__ import annotations

from collections.abc import Sequence

from .newapp import new_directory
from .render import Made


def new_controller(
    target: str, *, answers: str | None = None, data: Sequence[str] = (), ask: bool = True, config: str = ""
) -> tuple[Made, str]:
    """Makes manifests, helmfile, values and Applications as the directory `target`; everything else as `new_app`."""
    return new_directory("controller", target, {}, answers=answers, data=data, ask=ask, config=config)
