"""`rolloutgen doctor`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
def doctor(as_json: bool) -> None:
    """Tell what this machine has for rolloutgen, and what is lost without the rest.

    Exits 0, and 2 when there is no Helm that could render a chart.
    """
    from rolloutgen.doctor import can_render, examine
    from rolloutgen.report import doctor as report

    found = examine(".")
    click.echo(report.as_json(found) if as_json else report.as_text(found), nl=False)
    sys.exit(0 if can_render(found) else 2)
