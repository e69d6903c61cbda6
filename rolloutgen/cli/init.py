"""`rolloutgen init [DIR]`."""

from __future__ import annotations

import click

from rolloutgen.cli.options import helm_option


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False), default=".", metavar="[DIR]")
@click.option("--dry-run", is_flag=True, help="Print the file and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@helm_option
def init(folder: str, dry_run: bool, force: bool, helm: str) -> None:
    """Propose a rolloutgen.yaml for a repository from its charts and manifests: gateway, issuer, DNS, domain.

    All charts below DIR are rendered with their defaults and with each values-NAME.yaml (the environment NAME). The
    most common value is used; alternatives and unset keys are added as comments. The schema for editors is written next
    to it.
    """
    import os

    from rolloutgen.cli.arguments import charts_below
    from rolloutgen.config.files import NAME
    from rolloutgen.errors import UsageError
    from rolloutgen.helm import open_engine
    from rolloutgen.scaffold.repository_config import first_house, take, write_house

    target = os.path.join(folder, NAME)
    if os.path.lexists(target) and not (force or dry_run):
        hint = "--force writes it anew, --dry-run prints what would be written."
        raise UsageError("there is one already", path=target, hint=hint)
    charts = list(charts_below(folder))
    engine = open_engine(helm)
    try:
        found = take(folder, charts, engine)
    finally:
        engine.close()
    text = first_house(found)
    if dry_run:
        click.echo(text, nl=False)
        return
    paths = write_house(folder, text, force=force)
    click.echo(f"{paths[0]}: written from {found.charts} charts and {found.files} manifests; read it, it is a guess")
    click.echo(f"{paths[1]}: its schema, for editors")
