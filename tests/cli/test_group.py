"""The group: help is quick and complete, `explain` and `completion` answer."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys

import click
import pytest

from rolloutgen.cli.group import COMMANDS, group

from .conftest import Run


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\nfrom rolloutgen.cli.group import group\ntry: group(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'yaml', 'jinja2', 'jsonschema', 'helm_python', 'rolloutgen.chart.chart', 'rolloutgen.cli.convert'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
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

    shown = run("--version").output
    assert f"rolloutgen {__version__}" in shown
    assert re.search(r"^Helm v4\.\d+\.\d+ \(embedded\)$", shown, re.M)
    assert "Kubernetes 1.25 to 1.37, argo-rollouts v1." in shown and "cert-manager v1." in shown


def test_version_without_an_embedded_helm(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "helm_python", None)  # as where there is no wheel
    result = run("--version")
    assert result.exit_code == 0 and "none embedded" in result.output and "--helm PATH" in result.output


def test_doctor(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor").exit_code == 0
    assert json.loads(run("doctor", "--json").output)["can_render"] is True
    monkeypatch.setitem(sys.modules, "helm_python", None)
    monkeypatch.setenv("PATH", "/nowhere")
    assert run("doctor").exit_code == 2


def test_what_the_file_system_says_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(fault: OSError) -> None:
        def callback(**_: object) -> None:
            raise fault

        monkeypatch.setattr(group.get_command(click.Context(group), "rules"), "callback", callback)

    fails(PermissionError(errno.EACCES, "Permission denied", "some/file"))
    result = run("rules")
    assert (result.exit_code, result.stderr) == (2, "error: some/file: the file system says: Permission denied\n")
    fails(OSError(errno.EINVAL, "Invalid argument", "some/file"))  # of a call that is wrong: a bug
    with pytest.raises(OSError):
        run("rules")


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("transmogrify").exit_code == 2


def test_explain_tells_why_and_the_way_out(run: Run) -> None:
    text = run("explain", "recreate-strategy").output
    assert "Why:" in text and "Fix:" in text and "--force" in text


def test_explain_helps_with_a_typing_error(run: Run) -> None:
    result = run("explain", "recreate-strategi")
    assert result.exit_code == 2 and "recreate-strategy" in result.output


def test_explain_lists_everything(run: Run) -> None:
    from rolloutgen.explain import FINDINGS, REFUSALS

    listed = {line.split()[0] for line in run("explain").output.splitlines()}
    assert listed >= REFUSALS.keys() | FINDINGS.keys()


def complete(*words: str) -> list[tuple[str, str]]:
    """(type, value) of what is offered for the last word."""
    from click.shell_completion import ShellComplete

    found = ShellComplete(group, {}, "rolloutgen", "_ROLLOUTGEN_COMPLETE").get_completions(list(words[:-1]), words[-1])
    return [(item.type, item.value) for item in found]


def test_completion_knows_commands_ids_choices_and_where_files_are_wanted() -> None:
    assert complete("expl") == [("plain", "explain")]
    assert complete("explain", "recreate-") == [("plain", "recreate-strategy")]
    assert complete("validate", "--exclude", "canary-scale-t") == [("plain", "canary-scale-trap")]
    assert complete("convert", "x", "--deployer", "argo") == [("plain", "argocd")]
    assert complete("plan", "--values", "a") == [("file", "a")]
    assert complete("convert", "--output", "a") == [("dir", "a")]
    assert complete("validate", "--helm", "/usr/b") == [("file", "/usr/b")]


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_is_called_a_file_completes_as_one(name: str) -> None:
    context = click.Context(group, resilient_parsing=True)
    command = group.get_command(context, name)
    assert command is not None
    for param in command.params:
        if re.search("FILE|DIR|PATH", str(param.metavar)) and not param.callback:
            kinds = {item.type for item in param.shell_complete(click.Context(command), "x")}
            assert kinds <= {"file", "dir"} and kinds, f"{name} {param.opts}"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, run: Run) -> None:
    assert "_ROLLOUTGEN_COMPLETE" in run("completion", shell).output
