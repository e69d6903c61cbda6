"""What a shell is told about an argument: files where the help says FILE, ids where it says ID.

The metavar that `--help` shows decides, so that no option has to be told twice. Commands are only looked at while a
shell completes.
"""

from __future__ import annotations

import re

import click
from click.shell_completion import CompletionItem

_FOLDER, _FILE = re.compile(r"^DIR$"), re.compile(r"FILE|PATH|DIR|TGZ")


class _Named(click.types.StringParamType):
    """A text, and how a shell completes it."""

    def __init__(self, complete: str) -> None:
        self._complete = complete

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What fits behind `incomplete`: ids with their help lines, or the word to the shell that files are wanted."""
        if self._complete != "id":
            return [CompletionItem(incomplete, type=self._complete)]
        from .explain import lines, rule_lines

        known = lines() if ctx.command.name == "explain" else rule_lines()
        return [CompletionItem(name, help=line) for name, line in known.items() if name.startswith(incomplete)]


def completed(command: click.Command) -> click.Command:
    """The command with a type that completes for every argument and option whose metavar names files or ids.

    Sub-commands of a group are left to the group.
    """
    for param in command.params:
        kind = _kind(str(param.metavar or ""))
        if kind and isinstance(param.type, click.types.StringParamType):
            param.type = _Named(kind)
    return command


def _kind(metavar: str) -> str:
    if metavar.strip("[]").rstrip(".") == "ID":
        return "id"
    if _FOLDER.match(metavar):
        return "dir"
    return "file" if _FILE.search(metavar) else ""
