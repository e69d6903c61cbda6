"""Where a command's text goes: to the terminal, or to the file that an option names."""

from __future__ import annotations

import click


def put(text: str, path: str) -> None:
    """Writes `text` to the file `path`, or prints it where that is "". Raises UsageError where it cannot be written."""
    if path:
        save(text, path)
    else:
        click.echo(text, nl=False)


def save(text: str, path: str) -> None:
    """Writes `text` to the file `path`. Raises UsageError where it cannot be written."""
    from pathlib import Path

    from ..errors import UsageError

    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", path=path) from None
