"""`rolloutgen new ...`: the group of what can be made new. A further one is a line in COMMANDS and a module here."""

from __future__ import annotations

import click

from .group import LazyGroup, Table

COMMANDS: Table = {
    "app": ("newapp", "app", "Make the chart of a new app."),
    "controller": ("newcontroller", "controller", "Make what installs the Argo Rollouts controller."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def new() -> None:
    """Make something new from the templates that come with rolloutgen.

    What was answered is kept in `.copier-answers.yml`; `rolloutgen update` brings later versions of a template.
    """
