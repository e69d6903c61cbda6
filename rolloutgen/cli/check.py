"""`rolloutgen check CHART...`."""

from __future__ import annotations

import sys
from typing import Any

import click

from rolloutgen.cli.arguments import charts_below
from rolloutgen.cli.group import told
from rolloutgen.errors import RolloutgenError


@click.command(no_args_is_help=True)
@click.argument("charts", nargs=-1, type=click.Path())
@click.option(
    "--all",
    "roots",
    multiple=True,
    metavar="DIR",
    type=click.Path(),
    help="Every chart below DIR that rolloutgen made or converted.",
)
@click.option(
    "--before", default="", metavar="REF|DIR|TGZ", help="The chart as it was before its conversion.  [out of git]"
)
@click.option("--values", "-f", multiple=True, metavar="FILE", help="Values that the chart needs, as for helm.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="A value that the chart needs, as for helm.")
@click.option("--config", default="", metavar="FILE", type=click.Path(), help="The house file.  [the nearest]")
@click.option("--helm", default="embedded", metavar="embedded|PATH", help="The Helm that renders.  [embedded]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a chart, one a line.")
def check(charts: tuple[str, ...], **given: Any) -> None:
    """Tell where converted charts have fallen behind what today's rolloutgen and rolloutgen.yaml would make of them.

    The chart as it was before its conversion is taken out of git and converted again, with the options of its record.
    What comes out otherwise than it did then, and is not in the chart yet, is printed as a diff for `git apply`; edits
    made since the conversion are no drift. A chart that `rolloutgen new` made is compared with today's template. Exit
    code 1: some chart has fallen behind.
    """
    import os

    from rolloutgen.config.record import PATH
    from rolloutgen.diff.drift import drift
    from rolloutgen.helm import open_engine
    from rolloutgen.report.drift import as_json, text
    from rolloutgen.scaffold.create import ANSWERS

    paths = [*charts]
    marks = (PATH, ANSWERS)
    for path in (path for root in given["roots"] for path in charts_below(root)):
        paths += [path] if any(os.path.isfile(os.path.join(path, mark)) for mark in marks) else []
    if not paths:
        raise click.UsageError(
            "no chart there that rolloutgen made or converted" if given["roots"] else "name a chart, or --all DIR"
        )
    flags = {name: given[name] for name in ("values", "sets") if given[name]}
    engine = open_engine(given["helm"])
    codes = [0]
    try:
        for path in dict.fromkeys(os.path.normpath(path) for path in paths):
            try:
                found = drift(path, engine, before=given["before"], flags=flags, config=given["config"])
            except RolloutgenError as fault:  # of this chart alone
                told(str(fault), path, as_json=given["as_json"])
                codes.append(fault.exit_code)
                continue
            codes.append(int(bool(found.files)))
            click.echo(as_json(found) if given["as_json"] else text(found), nl=False)
    finally:
        engine.close()
    sys.exit(max(codes))
