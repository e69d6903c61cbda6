"""`rolloutgen config [CHART]`."""

from __future__ import annotations

import click


@click.command()
@click.argument("chart", type=click.Path(exists=True), default=".", metavar="[CHART]")
@click.option(
    "--config", "given", default="", metavar="FILE", type=click.Path(), help="Path to rolloutgen.yaml.  [the nearest]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: key, value, source, file and line.")
@click.option("--schema", "schema", is_flag=True, help="Print the JSON Schema of rolloutgen.yaml, for editors.")
def config(chart: str, given: str, as_json: bool, schema: bool) -> None:
    """Show the effective configuration for CHART and where each value comes from.

    Precedence, highest first: command-line options, the chart's .rolloutgen.yaml, the nearest rolloutgen.yaml. All
    rolloutgen.yaml files up to the root of the repository are merged by key.
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
