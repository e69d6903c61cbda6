"""Options that every command has: format, quiet, color; and what a mistyped command is answered with."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from rolloutgen.cli.colors import color_diff, color_severities
from rolloutgen.cli.group import group

from .conftest import Copy

DIFF = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n"


def commands(above: click.Group = group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(above)
    for name in above.list_commands(context):
        command = above.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield name, command


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_option_is_described(name: str, command: click.Command) -> None:
    for option in command.params:
        if isinstance(option, click.Option):
            help_text = option.help or ""
            assert help_text[:1].isupper() or help_text.startswith(("suffix:", "spec.", "With ")), (name, option.opts)
            assert not help_text.startswith("["), f"{name} {option.opts}: the default alone is no description"


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_format_has_json_as_its_short_form(name: str, command: click.Command) -> None:
    opts = {opt for option in command.params for opt in option.opts}
    if "--format" in opts:
        assert "--json" in opts and ("--output" not in opts or "-o" in opts)
    assert "--color" in opts


def test_a_mistyped_command_names_the_nearest() -> None:
    result = CliRunner().invoke(group, ["valdate", "x"])
    assert result.exit_code == 2 and "Did you mean validate" in result.output


def test_json_is_the_short_form(copy: Copy) -> None:
    chart = str(copy("plain"))
    CliRunner().invoke(group, ["convert", chart])
    short = CliRunner().invoke(group, ["plan", chart, "--json"])
    long = CliRunner().invoke(group, ["plan", chart, "--format", "json"])
    assert short.output == long.output and json.loads(short.output)["rollouts"]


def test_quiet_prints_nothing_but_refusals(copy: Copy) -> None:
    chart = str(copy("plain"))
    assert CliRunner().invoke(group, ["convert", chart, "-q"]).output == ""
    refused = CliRunner().invoke(group, ["convert", str(copy("strategy-recreate")), "--quiet"])
    assert refused.exit_code == 1 and "recreate-strategy" in refused.output


@pytest.mark.parametrize(
    ("options", "environment", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_who_decides_about_color(copy: Copy, options: list[str], environment: dict[str, str], colored: bool) -> None:
    env = {"NO_COLOR": "", "FORCE_COLOR": "", **environment}
    result = CliRunner(env=env).invoke(group, ["convert", str(copy("plain")), "--dry-run", *options])
    assert ("\x1b[" in result.output) == colored


def test_colors_add_nothing_but_escapes() -> None:
    assert click.unstyle(color_diff(DIFF)) == DIFF
    assert "\x1b[32m+new" in color_diff(DIFF) and "\x1b[31m-old" in color_diff(DIFF)
    text = "  12:7: warning: no record [host-without-dns]\nchart: converted\n"
    assert click.unstyle(color_severities(text)) == text and "\x1b[" in color_severities(text)
