"""`rolloutgen rules`."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="All that is known of each rule, as one JSON list.")
def rules(as_json: bool) -> None:
    """List every rule of `validate`, with its severity and what it is about. `rolloutgen explain ID` tells more."""
    from ..validation.lint import rules as all_rules

    plugins = all_rules()
    if as_json:
        body = [
            {
                "id": plugin.id,
                "severity": plugin.value.severity,
                "summary": plugin.doc.summary,
                "why": plugin.doc.why,
                "fix": plugin.doc.fix,
                "source": plugin.doc.source,
            }
            for plugin in plugins.values()
        ]
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
        return
    width = max(map(len, plugins))
    lines = (f"{one.id:{width}}  {one.value.severity:7}  {one.doc.summary}" for one in plugins.values())
    click.echo("\n".join(lines))
