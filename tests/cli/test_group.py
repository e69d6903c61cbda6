"""The group: help is quick and complete, `explain` and `completion` answer."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from rolloutgen.cli.group import COMMANDS, group

from .conftest import Run


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\nfrom rolloutgen.cli.group import group\ntry: group(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'yaml', 'jinja2', 'jsonschema', 'helm_python', 'rolloutgen.chart', 'rolloutgen.cli.convert'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_with_help_of_its_own(name: str, run: Run) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None and command.name == name
    result = run(name, "--help")
    assert result.exit_code == 0 and "Usage:" in result.output


def test_version(run: Run) -> None:
    from rolloutgen import __version__

    assert __version__ in run("--version").output


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("transmogrify").exit_code == 2


def test_explain_tells_why_and_the_way_out(run: Run) -> None:
    text = run("explain", "recreate-strategy").output
    assert "Why:" in text and "Fix:" in text and "--force" in text


def test_explain_helps_with_a_typing_error(run: Run) -> None:
    result = run("explain", "recreate-strategi")
    assert result.exit_code == 2 and "recreate-strategy" in result.output


def test_explain_lists_everything(run: Run) -> None:
    from rolloutgen.notices import FINDINGS
    from rolloutgen.refusals import REFUSALS

    listed = {line.split()[0] for line in run("explain").output.splitlines()}
    assert listed >= REFUSALS.keys() | FINDINGS.keys()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(shell: str, run: Run) -> None:
    assert "_ROLLOUTGEN_COMPLETE" in run("completion", shell).output
