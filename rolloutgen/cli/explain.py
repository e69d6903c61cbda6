"""`rolloutgen explain ID`."""

from __future__ import annotations

from collections.abc import Iterator

import click


@click.command()
@click.argument("name", metavar="[ID]", required=False)
def explain(name: str | None) -> None:
    """Tell more about a refusal, a finding, a lint rule or the reason of an edit. Without ID: list them all."""
    entries: dict[str, str] = {}
    for known, text in _entries():  # a fault that lint finds may also be what a conversion is refused for
        entries[known] = f"{entries[known]}\n\nIn a conversion: {text}" if known in entries else text
    if name is None:
        width = max(map(len, entries))
        for known, text in sorted(entries.items()):
            click.echo(f"{known:{width}}  {text.splitlines()[0]}")
        return
    if name not in entries:
        from difflib import get_close_matches

        near = get_close_matches(name, entries, 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " `rolloutgen explain` lists them."
        raise click.UsageError(f"there is no {name}.{hint}")
    click.echo(f"{name}: {entries[name]}")


def _entries() -> Iterator[tuple[str, str]]:
    from ..reasons import REASONS
    from ..refusals import FINDINGS, REFUSALS
    from ..registry import cached
    from ..rule import Rule

    for plugin in cached("rolloutgen.rules", "RULE", Rule).values():
        source = f"\n\nSource: {plugin.doc.source}" if plugin.doc.source else ""
        yield plugin.id, f"{plugin.doc.summary}\n\nWhy: {plugin.doc.why}\n\nFix: {plugin.doc.fix}{source}"
    yield from REASONS.items()
    for known, explained in {**FINDINGS, **REFUSALS}.items():
        yield known, f"{explained.what}\n\nWhy: {explained.why}\n\nFix: {explained.fix}"
