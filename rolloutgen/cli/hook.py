"""`rolloutgen hook NAME`: what pre-commit calls, with the names of changed files."""

from __future__ import annotations

import os

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(["validate", "convert"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--every", is_flag=True, help="With convert: also check charts that were never converted.")
def hook(name: str, arguments: tuple[str, ...], every: bool) -> None:
    """Run `rolloutgen validate` or `rolloutgen convert --check` on the charts that contain the files in ARGUMENTS.

    Options in ARGUMENTS are passed to the command. `convert` checks only charts that are converted already (with a
    .rolloutgen.yaml). Files outside of charts are ignored.
    """
    from rolloutgen.cli.convert import convert
    from rolloutgen.cli.validate import validate
    from rolloutgen.config.record import PATH
    from rolloutgen.lint.inputs import charts_of

    command = validate if name == "validate" else convert
    given = [*arguments, "--check"] if name == "convert" else list(arguments)
    context = command.make_context(f"hook {name}", given)
    key = "paths" if name == "validate" else "charts"
    charts = sorted(charts_of(context.params[key]))
    if name == "convert" and not every:
        charts = [chart for chart in charts if os.path.isfile(os.path.join(chart, PATH))]
    if charts:
        context.params[key] = tuple(charts)
        command.invoke(context)
