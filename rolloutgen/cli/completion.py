"""`rolloutgen completion SHELL`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    For bash: rolloutgen completion bash > ~/.local/share/bash-completion/completions/rolloutgen
    """
    from rolloutgen.cli.group import group

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(group, {}, "rolloutgen", "_ROLLOUTGEN_COMPLETE").source())
