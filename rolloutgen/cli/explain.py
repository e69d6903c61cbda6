"""`rolloutgen explain ID`.

`rolloutgen rules`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rolloutgen.explain import Explained


@click.command()
@click.argument("name", metavar="[CODE]", required=False)
def explain(name: str | None) -> None:
    """Explain a refusal, a finding, a rule or the reason of an edit. Without CODE, list all of them."""
    if name is None:
        told = dict(sorted(lines().items()))
        width = max(map(len, told))
        click.echo("\n".join(f"{known:{width}}  {line}" for known, line in told.items()))
        return
    texts = _texts(name)
    if not texts:
        from difflib import get_close_matches

        near = get_close_matches(name, lines(), 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`rolloutgen explain` lists them."
        raise click.UsageError(f"there is no {name}. {hint}")
    click.echo("\n\n".join(texts))


def _texts(name: str) -> list[str]:
    """What is known of an id: a fault that lint finds may also be what a conversion is refused for."""
    from rolloutgen.convert.checks import checks
    from rolloutgen.diff.diff import impacts
    from rolloutgen.explain import FINDINGS, IN_CHECKS, REASONS, REFUSALS
    from rolloutgen.explain import explain as of_rule
    from rolloutgen.lint.run_rules import rules

    found = [of_rule(name).strip()] if name in rules() else []
    if name in checks():
        doc = checks()[name].doc
        found.append(f"{name} (a conversion tells)\n\n{doc.summary}\n\nWhy: {doc.why}\n\nFix: {doc.fix}")
    for title, texts in (("a conversion is refused", REFUSALS), ("a conversion tells", FINDINGS)):
        if name in texts:
            text = texts[name]
            titles = {"": title, "only": "validate tells", "also": f"{title}, and validate tells"}
            title = titles[IN_CHECKS.get(name, "")]
            found.append(f"{name} ({title})\n\n{text.what}\n\nWhy: {text.why}\n\nFix: {text.fix}{_examples(text)}")
    if name in impacts():
        doc = impacts()[name].doc
        found.append(f"{name} (a diff tells)\n\n{doc.summary}\n\nWhy: {doc.why}\n\nFix: {doc.fix}")
    if name in REASONS:
        found.append(f"{name} (why an edit is made)\n\n{REASONS[name]}")
    return found


def _examples(text: Explained) -> str:
    """The construct and its correction, where there are examples."""
    from textwrap import indent

    examples = (("Wrong", text.bad), ("Right", text.good))
    return "".join(f"\n\n{title}:\n{indent(body.rstrip(), '    ')}" for title, body in examples if body)


def lines() -> dict[str, str]:
    """Every id that there is to explain, with its line."""
    from rolloutgen.convert.checks import checks
    from rolloutgen.diff.diff import impacts
    from rolloutgen.explain import FINDINGS, REASONS, REFUSALS, table

    told = {name: text.what for name, text in {**REFUSALS, **FINDINGS}.items()}
    told.update((plugin.code, plugin.doc.summary) for plugin in checks().values())
    told.update((plugin.code, plugin.doc.summary) for plugin in impacts().values())
    return {**REASONS, **{row.code: row.summary for row in table()}, **told}


def rule_lines() -> dict[str, str]:
    """The ids that `validate` may find, with their lines."""
    from rolloutgen.explain import FINDINGS, REFUSALS, table

    told = {name: text.what for name, text in {**REFUSALS, **FINDINGS}.items()}
    return {**told, **{row.code: row.summary for row in table()}}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list with all texts.")
def rules(as_json: bool) -> None:
    """List the rules of `validate` with severity and summary. `rolloutgen explain CODE` shows details."""
    from rolloutgen.lint.run_rules import rules as all_rules

    plugins = all_rules()
    if as_json:
        body = [
            {
                "id": plugin.code,
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
    lines = (f"{one.code:{width}}  {one.value.severity:7}  {one.doc.summary}" for one in plugins.values())
    click.echo("\n".join(lines))
