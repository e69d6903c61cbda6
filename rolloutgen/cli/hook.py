"""`rolloutgen hook NAME`: what pre-commit calls, with the names of changed files."""

from __future__ import annotations

import os

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(["validate", "convert"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--every", is_flag=True, help="convert: charts without a record of a conversion as well.")
def hook(name: str, arguments: tuple[str, ...], every: bool) -> None:
    """Run `rolloutgen validate` or `rolloutgen convert --check` on the charts that hold the files in ARGUMENTS.

    Options among ARGUMENTS are those of the command. `convert` looks only at charts that it has converted before (that
    hold .rolloutgen.yaml). No chart holds a file: nothing to do.
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
