"""The shell of action.yml and examples/ci/gitlab.yml, run as their runners run it, on a clone of a pull request.

gh and curl are programs of the tests: they write down how they were called and answer as the services do. All but one
of the runs are marked `programs` only because they take seconds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rolloutgen import goyaml

from .repository import Repo

ROOT = Path(__file__).parents[2]
ACTION: Any = goyaml.load((ROOT / "action.yml").read_text())
GITLAB: Any = goyaml.load((ROOT / "examples/ci/gitlab.yml").read_text())
pytestmark = pytest.mark.skipif(not (shutil.which("git") and shutil.which("bash")), reason="git or bash is not on PATH")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
BOT = {"login": "github-actions[bot]"}
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")

_GH = """#!/usr/bin/env python3
import json, os, sys
folder, arguments = os.environ["FAKE"], sys.argv[1:]
with open(f"{folder}/calls", "a") as log:
    if arguments[:2] != ["api", "graphql"]: log.write(json.dumps(arguments) + "\\n")
if os.path.exists(f"{folder}/forbidden"): sys.exit("HTTP 403: Resource not accessible by integration")
if "--paginate" in arguments:
    for comment in json.load(open(f"{folder}/comments.json")):
        own = comment["user"]["login"] == os.environ["AUTHOR"]
        if own and comment["body"].startswith(os.environ["MARK"]): print(comment["id"])
elif arguments[:2] == ["api", "graphql"]:
    if not os.path.exists(f"{folder}/login"): sys.exit("HTTP 403: Resource not accessible by integration")
    print(open(f"{folder}/login").read())
else: print("https://example.org/comment")
"""
_CURL = """#!/usr/bin/env python3
import json, os, sys
folder, arguments = os.environ["FAKE"], sys.argv[1:]
with open(f"{folder}/calls", "a") as log: log.write(json.dumps(arguments) + "\\n")
if "--request" not in arguments: print(open(f"{folder}/comments.json").read())
"""


class Runner:
    """A clone of the pull request as a runner has it, with programs of the tests before those of the machine."""

    def __init__(self, top: Path, folder: Path) -> None:
        self.top, self.folder = top, folder
        (folder / "bin").mkdir()
        self.program("rolloutgen", f'#!/bin/sh\nexec "{sys.executable}" -m rolloutgen "$@"\n')
        self.program("python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        self.program("gh", _GH)
        self.program("curl", _CURL)
        self.comments([])
        self.environment = {
            **{name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ},
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "FAKE": str(folder),
            "RUNNER_TEMP": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def comments(self, found: list[dict[str, Any]]) -> None:
        (self.folder / "comments.json").write_text(json.dumps(found))

    def calls(self) -> list[list[str]]:
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []

    def bash(self, script: str, environment: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "--noprofile", "--norc", *options, "-c", script]
        whole = {**self.environment, **environment}
        return subprocess.run(
            command, cwd=self.top, env=whole, capture_output=True, encoding="utf-8", errors="replace", check=False
        )


def clone(repo: Repo, target: Path) -> Path:
    """The commit of a pull request as actions/checkout brings it: one commit, in no branch."""
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("update-ref", "refs/pull/7/merge", "pr")
    target.mkdir()
    for arguments in (
        ["init", "-q"],
        ["remote", "add", "origin", f"file://{repo.top}"],
        ["fetch", "-q", "--depth=1", "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge"],
        ["checkout", "-q", "--detach", "refs/remotes/pull/7/merge"],
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True, capture_output=True)
    return target


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """`main` has moved on since `pr` began, which changes one of two charts."""
    made = Repo(tmp_path / "origin")
    made.chart("charts/web")
    made.chart("charts/shop", name="shop")
    made.commit("charts")
    made.git("checkout", "-q", "-b", "pr")
    made.replace("charts/web/values.yaml", "web:2.1", "web:2.2")
    made.commit("a new version")
    made.git("checkout", "-q", "main")
    made.replace("charts/shop/values.yaml", "web:2.1", "web:9.9")
    made.commit("main moves on")
    return made


@pytest.fixture
def runner(repo: Repo, tmp_path: Path) -> Runner:
    folder = tmp_path / "runner"
    folder.mkdir()
    return Runner(clone(repo, tmp_path / "clone"), folder)


def action(runner: Runner, number: str = "7", **inputs: str) -> tuple[dict[str, str], list[str]]:
    """Runs the steps but for the installation, as a runner does: (outputs of the steps, lines); a failing step ends it
    with `failed` in the outputs."""
    values = {f"inputs.{name}": str(given.get("default", "")) for name, given in ACTION["inputs"].items()}
    values.update({f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()})
    values.update({"github.event.pull_request.number": number, "github.action_path": str(ROOT), "github.token": "t"})
    runner.environment.update(
        GITHUB_BASE_REF="main" if number else "",
        GITHUB_REF="refs/pull/7/merge",
        GITHUB_REPOSITORY="team/charts",
        GITHUB_STEP_SUMMARY=str(runner.folder / "summary"),
    )
    lines: list[str] = []
    for name, step in STEPS.items():
        if name == "Install rolloutgen":
            continue
        output = runner.folder / "output"
        output.write_text("")
        given = {
            key: _EXPRESSION.sub(lambda found: values.get(found[1], ""), text)
            for key, text in step.get("env", {}).items()
        }
        done = runner.bash(step["run"], {**given, "GITHUB_OUTPUT": str(output)}, "-e", "-o", "pipefail")
        lines += (done.stdout + done.stderr).splitlines()
        values.update(
            {
                f"steps.{step.get('id')}.outputs.{key}": text
                for key, text in outputs(output.read_text("utf-8", "replace")).items()
            }
        )
        if done.returncode:
            values["failed"] = name
            break
    return values, lines


def outputs(text: str) -> dict[str, str]:
    """What a step wrote to $GITHUB_OUTPUT, read as the runner reads it: lines `name=value`, and `name<<END`, lines of
    the value, `END`. Raises ValueError for anything else, as the runner fails the step."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        parts = re.fullmatch(r"([^=]+?)(?:=(.*)|<<(.+))", line)
        if parts is None:
            raise ValueError(f"invalid format {line!r}")
        name, rest, end = parts.groups()
        if end is None:
            found[name] = rest
            continue
        value = []
        while (part := next(lines, None)) != end:
            if part is None:
                raise ValueError(f"the delimiter {end!r} of {name!r} is not found")
            value.append(part)
        found[name] = "\n".join(value)
    return found


def obeyed(lines: list[str]) -> list[str]:
    """The commands in a step's output that the runner obeys: none between `::stop-commands::WORD` and `::WORD::`."""
    found: list[str] = []
    stopped = ""
    for line in map(str.lstrip, lines):
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            found.append(line)
    assert not stopped
    return found


def test_the_action_reviews_what_the_pull_request_changed(runner: Runner) -> None:
    values, lines = action(runner)
    assert "failed" not in values, lines
    assert values["steps.diff.outputs.charts"] == "charts/web"  # not what main changed meanwhile
    summary = (runner.folder / "summary").read_text()
    assert "starts a canary" in summary and "charts/shop" not in summary
    assert Path(values["steps.diff.outputs.html"]).read_text().startswith("<!doctype html>")
    asked, written = runner.calls()
    assert asked[1:3] == ["--paginate", "repos/team/charts/issues/7/comments"]
    assert written[1:4] == ["--method", "POST", "repos/team/charts/issues/7/comments"]
    assert f"body=@{values['steps.diff.outputs.comment']}" in written


def test_a_folder_cannot_set_outputs(runner: Runner, repo: Repo) -> None:
    """With a fixed delimiter, the lines of this folder's name would end the list of charts and set `html`; printed as
    they are, they would be a command. A name that is not UTF-8 ends nothing either."""
    hostile = "charts/x\nEND-OF-CHARTS\nhtml=y\n::add-mask::a"
    repo.git("checkout", "-q", "pr")
    repo.chart(hostile, name="hostile")
    if sys.platform == "linux":
        repo.chart("charts/\udcff", name="bytes")
    repo.commit("a folder with line breaks")
    runner.top = clone(repo, runner.folder / "again")
    values, lines = action(runner)
    assert "failed" not in values, lines
    assert {name.removeprefix("steps.diff.outputs.") for name in values if name.startswith("steps.diff.")} == {
        "code", "html", "comment", "charts", "list",
    }  # fmt: skip
    assert values["steps.diff.outputs.html"].endswith("/rolloutgen-report/diff.html")
    assert values["steps.diff.outputs.charts"].splitlines()[0] == "charts/web"
    assert "y" not in values["steps.diff.outputs.charts"]
    listed = Path(values["steps.diff.outputs.list"]).read_bytes().split(b"\0")
    assert hostile.encode() in listed  # it is validated all the same
    assert obeyed(lines) == []


@pytest.mark.programs
def test_a_file_gives_the_runner_no_commands(runner: Runner, repo: Repo) -> None:
    repo.git("checkout", "-q", "pr")
    repo.write({"charts/web/rolloutgen.yaml": '"a\\n::add-mask::a": 1\n'})
    repo.commit("an unknown key with a line break")
    runner.top = clone(repo, runner.folder / "again")
    values, lines = action(runner)
    assert values["failed"] == "The verdict"
    assert any("::add-mask::a" in line for line in lines) and not any("mask" in line for line in obeyed(lines)), lines


@pytest.mark.programs
def test_the_action_replaces_its_own_comment_and_no_other(runner: Runner) -> None:
    runner.comments(
        [
            {"id": 1, "user": BOT, "body": "What does <!-- rolloutgen diff --> mean?"},
            {"id": 2, "user": BOT, "body": "<!-- rolloutgen diff prod -->\nof another job"},
            {
                "id": 4,
                "user": {"login": "mallory"},
                "body": "<!-- rolloutgen diff -->\nby somebody who copied the mark",
            },
            {"id": 3, "user": BOT, "body": "<!-- rolloutgen diff -->\nof the run before"},
            {
                "id": 5,
                "user": {"login": "release-bot[bot]"},
                "body": "<!-- rolloutgen diff -->\nof an app",
            },
        ]
    )
    action(runner)
    assert runner.calls()[-1][1:4] == ["--method", "PATCH", "repos/team/charts/issues/comments/3"]
    action(runner, marker="prod")
    assert runner.calls()[-1][1:4] == ["--method", "PATCH", "repos/team/charts/issues/comments/2"]
    (runner.folder / "login").write_text("release-bot[bot]")
    action(runner)
    assert runner.calls()[-1][1:4] == ["--method", "PATCH", "repos/team/charts/issues/comments/5"]


@pytest.mark.programs
def test_the_action_says_a_finding_before_it_fails(runner: Runner, repo: Repo) -> None:
    repo.git("checkout", "-q", "pr")
    repo.replace(
        "charts/web/templates/rollout.yaml",
        "      app: web\n      release",
        "      app: web\n      more: x\n      release",
    )
    repo.commit("a selector")
    runner.top = clone(repo, runner.folder / "again")
    values, lines = action(runner)
    assert values["failed"] == "The verdict"
    assert any(line.startswith("::error") for line in lines)
    assert "the selector is immutable" in (runner.folder / "summary").read_text()
    assert runner.calls()[-1][2] == "POST"


@pytest.mark.programs
def test_the_action_annotates_faults_at_their_line(runner: Runner, repo: Repo) -> None:
    repo.git("checkout", "-q", "pr")
    repo.replace("charts/web/values.yaml", "- setWeight: 5\n", "- setWeight: 500\n")
    repo.commit("a weight that does not exist")
    runner.top = clone(repo, runner.folder / "again")
    values, lines = action(runner)
    assert values["failed"] == "The verdict"
    assert any(line.startswith("::error file=charts/web/") for line in lines), lines
    assert "failed" not in action(runner, validate="false")[0]


@pytest.mark.programs
def test_the_action_gives_inputs_through(runner: Runner, repo: Repo) -> None:
    hostile = 'x"; touch pwned; $(touch pwned) `touch pwned`'
    repo.git("checkout", "-q", "pr")
    repo.write({"envs/web.yaml": "replicas: 6\n"})
    repo.commit("values")
    runner.top = clone(repo, runner.folder / "again")
    values, lines = action(runner, values="envs/{chart}.yaml\n", ignore=f"{hostile}\nspec.template", marker=hostile)
    assert "failed" not in values, lines
    assert not list(runner.top.rglob("pwned"))
    report = (runner.folder / "summary").read_text()
    assert "starts a canary" not in report


@pytest.mark.programs
def test_the_action_without_a_pull_request_or_the_right_to_write(runner: Runner) -> None:
    (runner.folder / "forbidden").touch()
    values, lines = action(runner)
    assert "failed" not in values and any("::warning::" in line for line in lines)
    before = len(runner.calls())
    values, lines = action(runner, number="", against="origin/main")
    assert "failed" not in values, lines
    assert len(runner.calls()) == before


@pytest.mark.programs
def test_the_action_fails_at_once_where_the_call_is_wrong(runner: Runner) -> None:
    values, lines = action(runner, against="nowhere")
    assert values["failed"] == "What changes"
    assert any("nowhere" in line for line in lines)


def gitlab(runner: Runner, **variables: str) -> tuple[int, list[str]]:
    """Runs the lines of the job's script one after the other in one shell, as the runner does."""
    job = GITLAB["charts"]
    given = {name: str(value) for name, value in job["variables"].items()}
    given.update(
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
        CI_API_V4_URL="https://gitlab.example.org/api/v4",
        CI_PROJECT_ID="12",
        CI_MERGE_REQUEST_IID="7",
        **variables,
    )
    done = runner.bash("\n".join(job["script"]), given, "-e", "-o", "pipefail")
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.fixture
def full(runner: Runner) -> Runner:
    """A clone with the history, as GIT_DEPTH 0 brings it."""
    subprocess.run(["git", "fetch", "-q", "--unshallow", "origin", "refs/pull/7/merge"], cwd=runner.top, check=True)
    return runner


@pytest.mark.programs
def test_the_gitlab_job_writes_the_note_and_its_artifacts(full: Runner) -> None:
    code, lines = gitlab(full, ROLLOUTGEN_TOKEN="secret-token")
    assert code == 0, lines
    report = full.top / "rolloutgen-report"
    assert (report / "charts").read_text() == "charts/web\0"
    assert "starts a canary" in (report / "note.md").read_text()
    assert isinstance(json.loads((full.top / "gl-code-quality-report.json").read_text()), list)
    notes = "https://gitlab.example.org/api/v4/projects/12/merge_requests/7/notes"
    asked, written = full.calls()
    assert asked[-1].startswith(f"{notes}?per_page=100")
    assert written[-3:] == ["--request", "POST", notes] and "body@rolloutgen-report/note.md" in written
    assert "secret-token" not in "\n".join(lines)


@pytest.mark.programs
def test_the_gitlab_job_replaces_its_note(full: Runner) -> None:
    full.comments([{"id": 5, "body": "hello"}, {"id": 9, "body": "<!-- rolloutgen diff -->\nold"}])
    assert gitlab(full, ROLLOUTGEN_TOKEN="t", ROLLOUTGEN_OPTIONS="--deployer argocd --ignore spec.replicas")[0] == 0
    assert full.calls()[-1][-2:] == ["PUT", "https://gitlab.example.org/api/v4/projects/12/merge_requests/7/notes/9"]
    assert "Argo CD" in (full.top / "rolloutgen-report/note.md").read_text()


@pytest.mark.programs
def test_the_gitlab_job_without_a_token_and_with_a_finding(full: Runner) -> None:
    values = full.top / "charts/web/values.yaml"
    values.write_text(values.read_text().replace("- setWeight: 5\n", "- setWeight: 500\n"))
    code, lines = gitlab(full)
    assert code == 1, lines
    assert full.calls() == []
    assert json.loads((full.top / "gl-code-quality-report.json").read_text())


def test_the_action_names_every_input_that_it_uses() -> None:
    text = (ROOT / "action.yml").read_text()
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(ACTION["inputs"])
    for step in STEPS.values():
        assert "${{" not in step["run"], "an expression in a script is an injection: give it by env"
        assert step["shell"] == "bash"
