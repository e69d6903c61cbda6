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

    from rolloutgen.errors import UsageError

    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", path=path) from None


def told(fault: str, chart: str, *, as_json: bool) -> None:
    """Tells on stderr why nothing is known of `chart`; as JSON that chart too is one object on one line of stdout."""
    import json

    fault = fault if chart in fault else f"{chart}: {fault}"
    click.echo(f"error: {fault}", err=True)
    if as_json:
        click.echo(json.dumps({"chart": chart, "status": "failed", "error": fault}, ensure_ascii=False))
