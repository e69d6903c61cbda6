"""Which charts a command works on, and options with a form of their own.

What a shell is told about an argument: files where the help says FILE, codes where it says CODE.

The metavar that `--help` shows decides, so that no option has to be told twice. Commands are only looked at while a
shell completes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

import click
from click.shell_completion import CompletionItem


def charts_below(root: str) -> Iterator[str]:
    """Every chart directory below `root`, as `validation.inputs.charts_below` finds them.

    Raises UsageError where there is no such directory.
    """
    if not os.path.isdir(root):
        raise click.UsageError(f"no such directory: {root}")
    from rolloutgen.lint.inputs import charts_below as walk

    return walk(root)


def shard(paths: Sequence[str], part: tuple[int, int] | None) -> list[str]:
    """The paths once each, sorted where a part is asked for: every machine then takes the same ones."""
    unique = list(dict.fromkeys(os.path.normpath(path) for path in paths))
    if part is None:
        return unique
    index, count = part
    return sorted(unique)[index - 1 :: count]


def parse_shard(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """ "2/5" as (2, 5). Raises BadParameter."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", value)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter("give I/N with 1 <= I <= N, such as 2/5")
    return int(match[1]), int(match[2])


def parse_set(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """ "prod=a.yaml,b.yaml" as ("prod", ("a.yaml", "b.yaml")). Raises BadParameter."""
    found = []
    for value in values:
        name, sign, files = value.partition("=")
        if not sign or not name or not files:
            raise click.BadParameter("give NAME=FILE,FILE")
        found.append((name, tuple(file for file in files.split(",") if file)))
    return tuple(found)


def parse_key(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A key that templates can read as `.Values.KEY`. Raises BadParameter."""
    if value is not None and not re.fullmatch(r"[A-Za-z_]\w*", value, re.ASCII):
        raise click.BadParameter("give one word of letters, digits and _, which templates read as .Values.NAME")
    return value


def parse_kube_version(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A version of Kubernetes such as 1.31 or v1.31.2. Raises BadParameter."""
    if value and not re.fullmatch(r"v?\d+(\.\d+){0,2}([-+][\w.+-]+)?", value, re.ASCII):
        raise click.BadParameter("give a version, such as 1.31 or 1.31.2")
    return value


def parse_toggles(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A number, "all" or "none". Raises BadParameter."""
    if value is not None and value not in ("all", "none") and not re.fullmatch(r"[0-9]{1,9}", value):
        raise click.BadParameter("give a number, all or none")
    return value


def parse_seconds(_: click.Context, __: click.Parameter, value: float) -> float:
    """Seconds that a clock can wait for, 0 for what is usual. Raises BadParameter."""
    if not 0 <= value <= 86_400:  # nor is that for what is no number
        raise click.BadParameter("give seconds, at most a day")
    return value


_FOLDER, _FILE = re.compile(r"^DIR$"), re.compile(r"FILE|PATH|DIR|TGZ")


class _Named(click.types.StringParamType):
    """A text, and how a shell completes it."""

    def __init__(self, complete: str) -> None:
        self._complete = complete

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What fits behind `incomplete`: ids with their help lines, or the word to the shell that files are wanted."""
        if self._complete != "id":
            return [CompletionItem(incomplete, type=self._complete)]
        from rolloutgen.cli.explain import lines, rule_lines

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
    if metavar.strip("[]").rstrip(".") == "CODE":
        return "id"
    if _FOLDER.match(metavar):
        return "dir"
    return "file" if _FILE.search(metavar) else ""
