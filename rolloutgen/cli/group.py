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
        Path(path).write_text(text, encoding="utf-8")
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
    "convert": ("convert", "convert", "Turn Deployments of Helm charts into Argo Rollouts, with proof."),
    "validate": ("validate", "validate", "Tell what the cluster would say of charts and manifests."),
    "diff": ("diff", "diff", "Tell what a change of a chart brings to the cluster."),
    "new": ("new", "new", "Make a new chart, or what installs the controller."),
    "update": ("update", "update", "Bring a newer version of its template into what `new` made."),
    "check": ("check", "check", "Tell where converted charts have fallen behind today's rolloutgen."),
    "plan": ("plan", "plan", "Show step by step what an update of a Rollout does."),
    "runbook": ("runbook", "runbook", "Write the page for whoever runs the Rollouts of a release."),
    "init": ("init", "init", "Write the rolloutgen.yaml of a repository, from what its charts show."),
    "config": ("config", "config", "Show what rolloutgen.yaml comes to for a chart."),
    "rules": ("explain", "rules", "List the rules of validate."),
    "explain": ("explain", "explain", "Tell more about a refusal, a finding or an edit by its id."),
    "hook": ("hook", "hook", "Run validate or convert on the charts of changed files, for pre-commit."),
    "doctor": ("doctor", "doctor", "Tell what this machine has for rolloutgen, and what is lost without the rest."),
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
        command: click.Command = getattr(importlib.import_module(f"rolloutgen.cli.{module}"), attribute)
        if ctx.resilient_parsing:  # a shell completes
            from rolloutgen.cli.arguments import completed

            return completed(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and help lines of the table, so that completing imports no command."""
        known = [(name, line) for name, (_, _, line) in self.table.items() if name.startswith(incomplete)]
        options = super(click.Group, self).shell_complete(ctx, incomplete)
        return [*(CompletionItem(name, help=line) for name, line in known), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table's own help lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.table.items()])

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
    help="Show the versions of rolloutgen, of its Helm and of its schemas.",
)
def group() -> None:
    """Moves Helm charts from Deployment to Argo Rollouts, and proves by rendering that nothing else changed.

    Exit codes: 0 done, 1 refused or --check found something to do, 2 usage or environment.
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
