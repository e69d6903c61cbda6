"""The parts of docs/ that come from the program: options of commands, keys of rolloutgen.yaml, rules, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from rolloutgen.cli.group import group
from rolloutgen.config.files import key_paths, node_at
from rolloutgen.convert.checks import checks
from rolloutgen.diff.diff import impacts
from rolloutgen.explain.texts import FINDINGS, REFUSALS
from rolloutgen.lint.lint import rules

DOCS = Path(__file__).parents[2] / "docs"
START, END = "<!-- generated: pytest tests/docs --update-golden -->\n", "<!-- /generated -->\n"


def commands(
    above: click.Command = group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with its words: ("new", "app")."""
    if not isinstance(above, click.Group):
        yield path, above
        return
    context = click.Context(above)
    for name in above.list_commands(context):
        command = above.get_command(context, name)
        assert command is not None
        yield from commands(command, (*path, name))


def page_of(path: tuple[str, ...]) -> str:
    """The page of a command, below docs/."""
    return f"commands/{'-'.join(path)}.md"


def options(path: tuple[str, ...], command: click.Command) -> str:
    """Usage, help and the table of options."""
    context = click.Context(command, info_name=f"rolloutgen {' '.join(path)}")
    usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
    said = "\n\n".join(" ".join(part.split()) for part in (command.help or "").replace("\b", "").split("\n\n"))
    rows = "".join(_row(one, context) for one in command.params if isinstance(one, click.Option))
    table = f"\n| option | what it does |\n|---|---|\n{rows}" if rows else ""
    return f"```text\n{usage}\n```\n\n{_escaped(said)}\n{table}"


def _row(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    metavar = "" if option.is_flag else f" `{option.make_metavar(context)}`".replace("|", "\\|")
    return f"| {names}{metavar} | {_escaped(option.help or '')} |\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def keys() -> str:
    """A table of every key of rolloutgen.yaml."""
    rows = []
    for at in key_paths():
        node = node_at(at)
        default = f"`{_flow(node['default'])}`" if "default" in node else "not set"
        choices = f" One of {', '.join(f'`{one}`' for one in node['enum'])}." if "enum" in node else ""
        rows.append(f"| `{'.'.join(at)}` | {_escaped(node['description'])}{choices} | {default} |\n")
    return "| key | what it says | default |\n|---|---|---|\n" + "".join(rows)


def _flow(value: object) -> str:
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def all_rules() -> str:
    """Every lint rule with its docstring."""
    parts = [
        f"## {one.code}\n\n{one.value.severity}: {_marked(one.doc.summary)}\n\n{_marked(one.doc.why)}\n\n"
        f"**Fix:** {_marked(one.doc.fix)}\n\n**Source:** {_marked(one.doc.source)}\n"
        for one in rules().values()
    ]
    return f"{len(parts)} rules.\n\n" + "\n".join(parts)


def all_refusals() -> str:
    """What a conversion refuses and tells, and what a diff tells."""
    told = {**{name: (text.what, text.why, text.fix) for name, text in FINDINGS.items()}}
    told.update((one.code, (one.doc.summary, one.doc.why, one.doc.fix)) for one in checks().values())
    parts: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
        "What convert refuses": {name: (text.what, text.why, text.fix) for name, text in REFUSALS.items()},
        "What convert tells": dict(sorted(told.items())),
        "What diff tells": {one.code: (one.doc.summary, one.doc.why, one.doc.fix) for one in impacts().values()},
    }
    return "\n".join(
        f"## {title}\n\n"
        + "\n".join(
            f"### {name}\n\n{_marked(what)}\n\n{_marked(why)}\n\n**Fix:** {_marked(fix)}\n"
            for name, (what, why, fix) in texts.items()
        )
        for title, texts in parts.items()
    )


def _marked(text: str) -> str:
    """Prose of a docstring as Markdown: what stands in backquotes is code, the rest is no markup."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(piece if piece.startswith("`") else re.sub(r"([<*_\[\]])", r"\\\1", piece) for piece in pieces)


def index() -> str:
    """A list of the pages of commands."""
    rows = (
        f"| [{' '.join(path)}]({page_of(path)}) | {_escaped(command.get_short_help_str(200))} |\n"
        for path, command in commands()
    )
    return "| command | what it does |\n|---|---|\n" + "".join(rows)


def pages() -> Mapping[str, Callable[[], str]]:
    """Each page with a generated part -> what makes it."""
    found: dict[str, Callable[[], str]] = {
        page_of(path): lambda path=path, command=command: options(path, command)
        for path, command in commands()  # type: ignore[misc]
    }
    return {**found, "configuration.md": keys, "rules.md": all_rules, "refusals.md": all_refusals, "README.md": index}
