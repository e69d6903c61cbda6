"""The group of commands, their short help, where their output goes, and what a signal does."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

import click
from click.shell_completion import CompletionItem

from rolloutgen import __version__
from rolloutgen.errors import RolloutgenError, of_files


class Ended(KeyboardInterrupt):
    """A signal that asks for the end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def listen() -> None:
    """From now on SIGTERM and SIGHUP end the run as an interrupt does: what was begun is cleaned up, nothing is left
    half done. A signal that the caller has ignored (nohup) stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has not both
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)


def code_of(stop: KeyboardInterrupt) -> int:
    """The exit code for an end by a signal, as shells count: 130 for an interrupt."""
    return 128 + int(getattr(stop, "number", signal.SIGINT))


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)


def put(text: str, path: str) -> None:
    """Writes `text` to the file `path`, or prints it where that is "". Raises UsageError where it cannot be written."""
    if path:
        save(text, path)
    else:
        click.echo(text, nl=False)


def save(text: str, path: str) -> None:
    """Writes `text` to the file `path`. Raises UsageError where it cannot be written."""
    from pathlib import Path

    from rolloutgen.errors import UsageError

    try:
        # A path need not be UTF-8: JSON writes such a byte as it stands here, as an escape.
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", path=path) from None


def told(fault: str, chart: str, *, as_json: bool) -> None:
    """Tells on stderr why nothing is known of `chart`; as JSON that chart too is one object on one line of stdout."""
    import json

    fault = fault if chart in fault else f"{chart}: {fault}"
    click.echo(f"error: {fault}", err=True)
    if as_json:
        click.echo(json.dumps({"chart": chart, "status": "failed", "error": fault}, ensure_ascii=False))


_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EDQUOT, errno.EBADF})
Table = Mapping[str, tuple[str, str, str]]  # name -> (module, attribute, help line)

COMMANDS: Table = {
    "convert": ("convert", "convert", "Convert a chart's Deployments to Argo Rollouts and verify the result."),
    "validate": ("validate", "validate", "Validate charts and manifests."),
    "diff": ("diff", "diff", "Show what a chart change does in the cluster."),
    "new": ("new", "new", "Create a chart, or the files that install the controller."),
    "update": ("update", "update", "Update a created chart to the latest template version."),
    "check": ("check", "check", "Report converted charts that are out of date."),
    "plan": ("plan", "plan", "Simulate an update step by step."),
    "runbook": ("runbook", "runbook", "Write an operations page for a release."),
    "init": ("init", "init", "Propose a rolloutgen.yaml from the charts of a repository."),
    "config": ("config", "config", "Show the effective configuration of a chart."),
    "rules": ("explain", "rules", "List the rules of validate."),
    "explain": ("explain", "explain", "Explain a refusal, a finding, a rule or an edit."),
    "hook": ("hook", "hook", "Run validate or convert on changed charts (pre-commit)."),
    "doctor": ("doctor", "doctor", "Check installed programs."),
    "completion": ("completion", "completion", "Print the completion script for a shell."),
}


class LazyGroup(click.Group):
    """A group whose commands, those of `table`, are imported only when they are called."""

    def __init__(self, *, table: Table, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; None where there is none of that name."""
        if cmd_name not in self.table:
            return None
        module, attribute, _ = self.table[cmd_name]
        from rolloutgen.cli.options import add_common_options

        command: click.Command = getattr(importlib.import_module(f"rolloutgen.cli.{module}"), attribute)
        add_common_options(cmd_name, command)
        if ctx.resilient_parsing:  # a shell completes
            from rolloutgen.cli.arguments import completed

            return completed(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; a mistyped name is answered with the nearest ones."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.table:
            from difflib import get_close_matches

            near = get_close_matches(name, self.table, 3, 0.5)
            hint = f" Did you mean {' or '.join(near)}?" if near else f" Commands: {', '.join(self.table)}."
            ctx.fail(f"There is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and help lines of the table, so that completing imports no command."""
        known = [(name, line) for name, (_, _, line) in self.table.items() if name.startswith(incomplete)]
        options = super(click.Group, self).shell_complete(ctx, incomplete)
        return [*(CompletionItem(name, help=line) for name, line in known), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table's own help lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.table.items()])

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        """Reads the arguments, --version included; click itself would end an interrupt with 1, which is a refusal."""
        try:
            return super().make_context(*given, **more)
        except KeyboardInterrupt as stop:
            click.echo("\ninterrupted", err=True)
            sys.exit(code_of(stop))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a RolloutgenError becomes its text on stderr and its exit code. A bug keeps its traceback."""
        try:
            return super().invoke(ctx)
        except RolloutgenError as fault:
            click.echo(f"error: {fault}", err=True)
            ctx.exit(fault.exit_code)
        except OSError as wrong:
            if (told := of_files(wrong)) is None:
                raise
            click.echo(f"error: {told}", err=True)
            ctx.exit(told.exit_code)
        except KeyboardInterrupt as stop:
            click.echo("\ninterrupted", err=True)
            ctx.exit(code_of(stop))


def _show_versions(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Versions of rolloutgen, of the embedded Helm and of what the schemas were made from; then the end."""
    if not asked or ctx.resilient_parsing:
        return
    from rolloutgen.doctor import embedded_helm
    from rolloutgen.schema.registry import provenance

    click.echo(f"rolloutgen {__version__}")
    try:
        click.echo(f"Helm {embedded_helm()} (embedded)")
    except (RolloutgenError, OSError):
        click.echo("Helm: none embedded, for want of a wheel; --helm PATH takes a program")
    click.echo(f"Schemas: {', '.join(f'{name} {version}' for name, version in provenance())}")
    ctx.exit()


_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.command(cls=LazyGroup, table=COMMANDS, context_settings=_SETTINGS)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_versions,
    help="Show the versions of rolloutgen, Helm and the bundled schemas.",
)
def group() -> None:
    """Convert Helm charts from Deployments to Argo Rollouts, and verify by rendering that nothing else changed.

    Exit codes: 0 success, 1 refused or findings, 2 wrong usage or a missing program.
    """


def main() -> None:
    """The entry point of the program."""
    listen()
    try:
        group(prog_name="rolloutgen")
    except BrokenPipeError:  # the reader (head, less) has gone: nobody is left to tell
        sys.stderr.close()
        sys.exit(0)
    except OSError as fault:
        if fault.filename is not None or fault.errno not in _NO_ROOM:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left cannot be written either
        click.echo(f"error: the output cannot be written: {fault.strerror}", err=True)
        sys.exit(2)
