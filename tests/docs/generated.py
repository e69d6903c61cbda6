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
from rolloutgen.explain import FINDINGS, REFUSALS, Explained, shown
from rolloutgen.lint.rule import Example, Rule
from rolloutgen.lint.run_rules import rules
from rolloutgen.registry import Plugin

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
    return f"reference/commands/{'-'.join(path)}.md"


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
    return "| key | description | default |\n|---|---|---|\n" + "".join(rows)


def _flow(value: object) -> str:
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


_IN_TERMINAL = "`rolloutgen explain CODE` prints a page in the terminal."


def rule_pages() -> Mapping[str, str]:
    """A page for each lint rule, and their list."""
    found = {f"reference/rules/{one.code}.md": _rule_page(one) for one in rules().values()}
    rows = "".join(
        f"| [{one.code}]({one.code}.md) | {one.value.severity} | {_cell(one.doc.summary)} |\n"
        for one in rules().values()
    )
    head = f"# Rules\n\n`rolloutgen validate` checks these rules. {_IN_TERMINAL}\n\n| rule | severity | problem |\n"
    return {"reference/rules/README.md": f"{head}|---|---|---|\n{rows}", **found}


def _rule_page(one: Plugin[Rule]) -> str:
    examples = _example("Wrong", one.value.bad) + _example("Right", one.value.good)
    options = (
        "Disable it with `--exclude {0}`, for an object with the annotation `rolloutgen/ignore`, or for a "
        "repository with `ignore` in [rolloutgen.yaml](../configuration.md)."
    )
    return (
        f"# {one.code}\n\nSeverity: {one.value.severity}\n\n{_marked(one.doc.summary)}\n\n"
        f"## Why\n\n{_marked(one.doc.why)}\n\n"
        f"## How to correct it\n\n{_marked(one.doc.fix)}\n{examples}\n## Options\n\n{options.format(one.code)}\n\n"
        f"## Source\n\n{_marked(one.doc.source)}\n"
    )


def _example(title: str, example: str | Example | None) -> str:
    return f"\n{title}:\n\n```yaml\n{shown(example)}\n```\n" if example else ""


def code_pages() -> Mapping[str, str]:
    """A page for each refusal, warning and impact, and their lists."""
    warned = {one.code: Explained(one.doc.summary, one.doc.why, one.doc.fix) for one in checks().values()}
    told = {one.code: Explained(one.doc.summary, one.doc.why, one.doc.fix) for one in impacts().values()}
    warnings = {**FINDINGS, **warned}
    return {
        **_code_folder("refusals", "Refusals", "When `convert` refuses a chart, it writes nothing.", REFUSALS),
        **_code_folder("warnings", "Warnings and notes", "`convert` reports these; they do not stop it.", warnings),
        **_code_folder("impacts", "Impacts", "`diff` reports these consequences of a change.", told),
    }


def _code_folder(folder: str, title: str, about: str, texts: Mapping[str, Explained]) -> Mapping[str, str]:
    rows = "".join(f"| [{code}]({code}.md) | {_cell(text.what)} |\n" for code, text in sorted(texts.items()))
    listed = f"# {title}\n\n{about} {_IN_TERMINAL}\n\n| code | cause |\n|---|---|\n{rows}"
    return {
        f"reference/{folder}/README.md": listed,
        **{f"reference/{folder}/{code}.md": _code_page(code, text) for code, text in texts.items()},
    }


def _code_page(code: str, text: Explained) -> str:
    examples = "".join(
        f"\n{title}:\n\n```yaml\n{body.rstrip()}\n```\n"
        for title, body in (("Wrong", text.bad), ("Right", text.good))
        if body
    )
    return (
        f"# {code}\n\n{_marked(text.what)}\n\n## Why\n\n{_marked(text.why)}\n\n"
        f"## How to correct it\n\n{_marked(text.fix)}\n{examples}"
    )


def _cell(text: str) -> str:
    return _marked(text).replace("|", "\\|")


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
    return "| command | description |\n|---|---|\n" + "".join(rows)


def pages() -> Mapping[str, Callable[[], str]]:
    """Each page with a generated part -> what makes it."""
    found: dict[str, Callable[[], str]] = {
        page_of(path): lambda path=path, command=command: options(path, command)
        for path, command in commands()  # type: ignore[misc]
    }
    return {**found, "reference/configuration.md": keys, "README.md": index}
