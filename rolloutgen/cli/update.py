"""`rolloutgen update [DIR]`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from rolloutgen.cli.options import config_option

if TYPE_CHECKING:
    from rolloutgen.scaffold.update import Update


@click.command()
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path())
@click.option("--data", multiple=True, metavar="K=V", help="Change or add an answer.")
@click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")
@click.option("--force", is_flag=True, help="Update despite uncommitted changes.")
@config_option
def update(directory: str, data: tuple[str, ...], dry_run: bool, force: bool, config: str) -> None:
    """Update a chart created by `rolloutgen new` to the latest template version.

    Your changes are kept. Where the template changed the same lines, the file gets conflict marks and the exit code is
    1. New questions take their defaults; --data answers them or changes an answer. DIR is the current directory by
    default.
    """
    from rolloutgen.chart.write import finish_interrupted
    from rolloutgen.scaffold.update import apply_update, in_repository, plan_update

    if not dry_run:
        finish_interrupted(directory)
    found = plan_update(directory, data=data, config=config)
    if dry_run:
        from rolloutgen.report.drift import unified

        click.echo("".join(unified(directory, one.path, one.now, one.then) for one in found.files), nl=False)
    else:
        apply_update(found, force=force)
    if found.files and not dry_run and not in_repository(directory):
        click.echo("not in git: nothing brings the files back as they were", err=True)
    click.echo(_told(found, dry_run), nl=False, err=dry_run)
    sys.exit(int(bool(found.clashes)))


def _told(found: Update, dry_run: bool) -> str:
    versions = f"{found.name} {found.new}" if found.old == found.new else f"{found.name} {found.old} -> {found.new}"
    if not found.files:
        return f"{found.path}: up to date with the template {versions}\n"
    count = f"{len(found.files)} file{'s' if len(found.files) != 1 else ''}"
    lines = [f"{found.path}: template {versions}, {count}{' to change' if dry_run else ' changed'}"]
    for one in found.files:
        action = "added" if one.now is None else "removed" if one.then is None else "changed"
        lines.append(f"  {action:8} {one.path}")
    lines += [f"  new question, answered by its default: {name}={value!r}" for name, value in found.chosen.items()]
    for path, line in found.clashes:
        where = os.path.join(found.path, path)
        lines.append(f"  conflict {where}:{line}" if line else f"  conflict {where}: no text, yours is kept")
    return "\n".join(lines) + "\n"
