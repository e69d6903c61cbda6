"""Options that several commands share, each written once; and the options that every command has."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
DEPLOYERS = ("helm3", "helm4", "helmfile", "argocd", "flux")
_QUIET = "rolloutgen.quiet"
# Commands whose output is not their purpose can be quiet; those that decide something about a chart can log it.
_USED_BY = {
    "--quiet": {"convert", "validate", "check", "app", "controller"},
    "--verbose": {"validate", "diff", "plan", "check", "runbook"},
}


def values_options(command: Command) -> Command:
    """--values and --set, as helm has them."""
    files = click.option("--values", "-f", multiple=True, metavar="FILE", help="Values file, as for helm.")
    return files(click.option("--set", "sets", multiple=True, metavar="K=V", help="One value, as for helm.")(command))


def release_options(command: Command) -> Command:
    """--release and --namespace of the release that is rendered."""
    name = click.option("--release", default="", metavar="NAME", help="Release name.  [the chart's name]")
    space = click.option("--namespace", "-n", default="default", metavar="NS", help="Release namespace.  [default]")
    return name(space(command))


def helm_options(command: Command) -> Command:
    """--kube-version and --helm."""
    version = click.option("--kube-version", default="", metavar="V", help="Kubernetes version to render for.")
    return version(helm_option(command))


def helm_option(command: Command) -> Command:
    """--helm."""
    return click.option("--helm", default="embedded", metavar="embedded|PATH", help="Helm to render with.  [embedded]")(
        command
    )


def config_option(command: Command) -> Command:
    """--config."""
    return click.option(
        "--config", default="", metavar="FILE", type=click.Path(), help="Path to rolloutgen.yaml.  [the nearest]"
    )(command)


def deployer_option(help_text: str) -> Callable[[Command], Command]:
    """--deployer; what it changes differs from command to command."""
    return click.option("--deployer", type=click.Choice(DEPLOYERS), help=help_text)


def output_option(command: Command) -> Command:
    """--output, a file for the report."""
    return click.option(
        "--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to FILE.  [stdout]"
    )(command)


def format_options(formats: tuple[str, ...], default: str = "text") -> Callable[[Command], Command]:
    """--format, and --json as its short form."""

    def choose_json(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if asked:
            ctx.params["form"] = "json"

    def choose(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
        chosen: str = value or ctx.params.get("form") or default
        return chosen

    def decorate(command: Command) -> Command:
        form = click.option(
            "--format", "form", type=click.Choice(formats), callback=choose, help=f"Output format.  [{default}]"
        )
        short = click.option(
            "--json",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=choose_json,
            help="Short form of --format json.",
        )
        return short(form(command))

    return decorate


def add_common_options(name: str, command: click.Command) -> None:
    """Gives a command --color, and --quiet and --verbose where it can use them."""
    known = {option for parameter in command.params for option in parameter.opts}
    if not isinstance(command, click.Group) and "--color" not in known:
        command.params += [
            option
            for option in _common()
            if not known & set(option.opts) and name in _USED_BY.get(option.opts[0], {name})
        ]


def _common() -> list[click.Option]:
    return [
        click.Option(
            ["--quiet", "-q"],
            is_flag=True,
            expose_value=False,
            callback=_be_quiet,
            help="Print errors and refusals only.",
        ),
        click.Option(
            ["--verbose", "-v"], is_flag=True, expose_value=False, callback=_log, help="Log decisions to stderr."
        ),
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            is_eager=True,
            expose_value=False,
            callback=_choose_color,
            help="Colored output.  [auto: on a terminal, unless NO_COLOR is set]",
        ),
    ]


def _be_quiet(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        ctx.find_root().meta[_QUIET] = True


def is_quiet() -> bool:
    """True if the command was called with --quiet."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get(_QUIET))


def _log(_: click.Context, __: click.Parameter, asked: bool) -> None:
    if asked:
        import logging
        import sys

        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s", force=True)


def _choose_color(ctx: click.Context, _: click.Parameter, choice: str | None) -> None:
    """Sets the context's color: --color first, then NO_COLOR (https://no-color.org), then FORCE_COLOR."""
    if choice in ("always", "never"):
        ctx.color = choice == "always"
    elif choice is None and os.environ.get("NO_COLOR"):
        ctx.color = False
    elif choice is None and os.environ.get("FORCE_COLOR"):
        ctx.color = True
