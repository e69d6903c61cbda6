"""`rolloutgen convert CHART...`."""

from __future__ import annotations

from typing import Any

import click

from ..model import Router, Strategy  # noqa: F401


@click.command()
@click.argument("charts", nargs=-1, type=click.Path())
@click.option("--output", metavar="DIR", help="Write there and leave the source as it is.")
@click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when there is something to do.")
@click.option("--values", "-f", multiple=True, metavar="FILE", help="Values the chart needs, as for helm; repeatable.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="One value, as for helm; repeatable.")
def convert(charts: tuple[str, ...], **given: Any) -> None:
    """Turn the Deployments of Helm charts into Argo Rollouts, and prove by rendering that nothing else changed."""
    from ..helm import open_engine
    from ..job import Request, plan_chart, write
    from ..report.diff import diff
    from ..report.text import text

    engine = open_engine("embedded")
    for path in charts:
        conversion = plan_chart(path, Request({"values": given["values"], "sets": given["sets"]}), engine)
        if given["dry_run"]:
            click.echo(diff(conversion.plan), nl=False)
        elif not given["check"]:
            write(conversion, given["output"] or "")
        click.echo(text(conversion, dry=given["dry_run"] or given["check"], target=given["output"] or ""), nl=False)
