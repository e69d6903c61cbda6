"""Every command that we print is one that the real programs take: they get as far as asking a server, which refuses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from rolloutgen.cli.group import group

from .tools import program

pytestmark = pytest.mark.programs

CHARTS = Path(__file__).parents[1] / "charts"
# Nobody listens there, so whoever understands a command fails to reach the server, and no command does anything.
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: none
contexts: [{name: none, context: {cluster: none, user: none}}]
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: none, user: {token: none}}]
"""
_UNREACHABLE = re.compile(rb"connection refused|was refused|cluster unreachable", re.I)
_ELSEWHERE = ("argocd", "flux", "helmfile", "dig", "curl", "git", "OLD=", "TAG")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A PATH with kubectl, its plugin and helm, and a cluster that is not there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, real in {"kubectl": "kubectl", "kubectl-argo-rollouts": "kubectl-argo-rollouts", "helm": "helm4"}.items():
        (folder / name).symlink_to(program(real))
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    return {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "KUBECONFIG": str(tmp_path / "kubeconfig"),
    }


def takes(command: str, environment: dict[str, str]) -> None:
    """The program understands the command; only the server is missing. What watches for ever is ended there."""
    # A dashboard serves before it asks anybody: whether it knows its flags is all that there is to see.
    line = f"{command} --help" if " dashboard " in command else command
    with subprocess.Popen(
        ["sh", "-c", line], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said = b""
        while not _UNREACHABLE.search(said) and (more := os.read(process.stdout.fileno(), 65536)):
            said += more
        if _UNREACHABLE.search(said):
            os.killpg(process.pid, signal.SIGKILL)
            return
    assert line != command and process.returncode == 0, f"{command}\n{said.decode()}"


def printed(*arguments: object) -> list[str]:
    done = CliRunner().invoke(group, ["runbook", *map(str, arguments), "--format", "json"], catch_exceptions=False)
    book = json.loads(done.stdout)
    chapters = [*book["before"], *(chapter for one in book["rollouts"] for chapter in one["chapters"]), *book["after"]]
    found = [c for chapter in chapters for i in chapter["items"] if i["language"] == "sh" for c in i["commands"]]
    return [command for command in dict.fromkeys(found) if not command.startswith(_ELSEWHERE)]


@pytest.mark.parametrize(("case", "deployer"), [("plain", "helm4"), ("blue-green", "flux"), ("hpa-always", "argocd")])
def test_a_runbook(case: str, deployer: str, environment: dict[str, str]) -> None:
    found = printed(CHARTS / case / "after", "--deployer", deployer, "-n", "shop")
    assert len(found) > 15
    for command in found:
        takes(command, environment)


def scaffolded(folder: Path) -> Path:
    """A chart of `new app`."""
    line = ["new", "app", "shop", str(folder / "shop"), "--defaults"]
    assert CliRunner().invoke(group, line, catch_exceptions=False).exit_code == 0
    return folder / "shop"


@pytest.mark.parametrize("case", ["plain", "blue-green", "several-deployments-in-files", ""])
def test_notes(case: str, environment: dict[str, str], tmp_path: Path) -> None:
    from rolloutgen.helm import open_engine
    from rolloutgen.model import Release
    from rolloutgen.simulate.plans import shown

    chart = CHARTS / case / "after" if case else scaffolded(tmp_path)
    engine = open_engine("embedded")
    try:
        rendered = shown(str(chart), engine, values=(), sets=(), release=Release("shop-7", "shop")).rendered
    finally:
        engine.close()
    found = re.findall(r"kubectl argo rollouts .*", rendered.files.get("templates/NOTES.txt", ""))
    assert len(found) >= 3 and all("shop-7" in command and "-n shop" in command for command in found)
    for command in found:
        takes(command, environment)


def test_a_command_that_is_none_is_told_apart(environment: dict[str, str]) -> None:
    for wrong in (
        "kubectl argo rollouts resume web",
        "kubectl argo rollouts promote web --all",
        "kubectl get pod --no",
    ):
        with pytest.raises(AssertionError):
            takes(wrong, environment)
