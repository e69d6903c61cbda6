"""`rolloutgen init [DIR]`."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False), default=".", metavar="[DIR]")
@click.option("--dry-run", is_flag=True, help="Print the file and write nothing.")
@click.option("--force", is_flag=True, help="Write it anew where there is one.")
@click.option("--helm", default="embedded", metavar="embedded|PATH", help="The Helm that renders.  [embedded]")
def init(folder: str, dry_run: bool, force: bool, helm: str) -> None:
    """Write the rolloutgen.yaml of a repository: gateway, issuer, DNS and domain as its charts and manifests have them.

    Every chart below DIR is rendered, under its defaults and under each values-NAME.yaml (the environment NAME). What
    is most common holds; the rest, and all other keys, stand in comments. The schema for editors is written beside it.
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
