"""`rolloutgen config [CHART]`."""

from __future__ import annotations

import click


@click.command()
@click.argument("chart", type=click.Path(exists=True), default=".", metavar="[CHART]")
@click.option("--config", "given", default="", metavar="FILE", type=click.Path(), help="The house file.  [the nearest]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: key, value, source, file and line.")
@click.option("--schema", "schema", is_flag=True, help="Print the JSON Schema of rolloutgen.yaml, for editors.")
def config(chart: str, given: str, as_json: bool, schema: bool) -> None:
    """Print what holds for CHART (or a folder), and for each value which file and line gives it.

    Every rolloutgen.yaml from the chart up to the repository's root counts, key by key the nearest one. The record in a
    converted chart stands over them; options on the command line stand over both.
    """
    if schema:
        from rolloutgen.config.files import SCHEMA
        from rolloutgen.package_data import data_path

        click.echo(data_path(SCHEMA).read_text(encoding="utf-8"), nl=False)
        return
    from rolloutgen.config.effective import effective
    from rolloutgen.report import config as report

    found = effective(chart, given)
    click.echo(report.as_json(found) if as_json else report.text(found), nl=False)
