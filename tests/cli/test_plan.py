"""`rolloutgen plan` from charts, files and a stream."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rolloutgen.cli.group import group

from .conftest import Copy, Run

ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
  strategy: {canary: {steps: [{setWeight: 50}, {pause: {duration: 60}}]}}
"""


def test_a_converted_chart(run: Run, copy: Copy) -> None:
    chart = copy("basic")
    assert run("convert", chart).exit_code == 0
    done = run("plan", chart, "--format", "json")
    assert done.exit_code == 0, done.output
    rollouts = json.loads(done.output)["rollouts"]
    assert rollouts and all(rollout["promoted"] for rollout in rollouts)


def test_a_chart_without_a_rollout_says_what_makes_one(run: Run, copy: Copy) -> None:
    done = run("plan", copy("basic"))
    assert done.exit_code == 2 and "rolloutgen convert" in done.output


def test_a_file_and_a_stream_say_the_same(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(ROLLOUT)
    from_file = run("plan", path)
    from_stream = CliRunner().invoke(group, ["plan", "-"], input=ROLLOUT, catch_exceptions=False)
    assert from_file.exit_code == 0 and from_file.output == from_stream.output
    assert "1m at least" in from_file.output


def test_the_live_number_and_the_pods_own_time(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(ROLLOUT)
    rollout = json.loads(run("plan", path, "--replicas", 8, "--pod-ready", 30, "--format", "json").output)["rollouts"][
        0
    ]
    assert rollout["replicas"] == 8 and rollout["seconds"] > 90


def test_output_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    path, target = tmp_path / "rollout.yaml", tmp_path / "plan.svg"
    path.write_text(ROLLOUT)
    done = run("plan", path, "--format", "svg", "-o", target)
    assert (done.exit_code, done.output) == (0, "") and target.read_text().startswith("<svg")
    assert run("plan", path, "-o", tmp_path / "no/such/folder").exit_code == 2


def test_what_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("plan", tmp_path / "nothing").exit_code == 2
    path = tmp_path / "rollout.yaml"
    path.write_text(ROLLOUT)
    done = run("plan", path, "--rollout", "shop")
    assert done.exit_code == 2 and "There are: web" in done.output
