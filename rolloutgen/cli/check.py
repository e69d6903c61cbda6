"""`rolloutgen check CHART...`."""

from __future__ import annotations

import sys
from typing import Any

import click

from rolloutgen.cli.arguments import charts_below
from rolloutgen.cli.colors import color_diff
from rolloutgen.cli.group import told
from rolloutgen.cli.options import config_option, helm_option, is_quiet, values_options
from rolloutgen.errors import RolloutgenError


@click.command(no_args_is_help=True)
@click.argument("charts", nargs=-1, type=click.Path())
@click.option(
    "--all",
    "roots",
    multiple=True,
    metavar="DIR",
    type=click.Path(),
    help="Also check all charts below DIR that rolloutgen created or converted.",
)
@click.option(
    "--before", default="", metavar="REF|DIR|TGZ", help="The chart before its conversion.  [from git history]"
)
@values_options
@config_option
@helm_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per chart and line.")
def check(charts: tuple[str, ...], **given: Any) -> None:
    """Report charts that today's rolloutgen or rolloutgen.yaml would convert differently.

    The chart before its conversion is read from git history and converted again with the options of its record. The
    differences are printed as a patch for `git apply`. Your own later edits are not reported. A chart that
    `rolloutgen new` created is compared with the latest template. Exit code 1: a chart is out of date.
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
            if found.files or not is_quiet():
                click.echo(as_json(found) if given["as_json"] else color_diff(text(found)), nl=False)
    finally:
        engine.close()
    sys.exit(max(codes))
