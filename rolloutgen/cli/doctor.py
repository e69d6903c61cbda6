"""`rolloutgen doctor`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Check installed programs and list features that are unavailable without them.

    Exit code 2: no Helm can render a chart.
    """
    from rolloutgen.doctor import can_render, examine
    from rolloutgen.report import doctor as report

    found = examine(".")
    click.echo(report.as_json(found) if as_json else report.as_text(found), nl=False)
    sys.exit(0 if can_render(found) else 2)
