"""`rolloutgen convert` as its users see it: what is written, what is printed, what the exit code says."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from rolloutgen.goyaml import load

from .conftest import Copy, Run, bytes_of

FIELDS = {"chart", "status", "workloads", "value_sets", "changes", "refusals", "findings", "cutover"}


def test_a_chart_is_converted_in_place_and_a_second_run_changes_nothing(run: Run, copy: Copy) -> None:
    chart = copy("plain")
    assert run("convert", chart).exit_code == 0
    after = bytes_of(chart)
    assert b"kind: Rollout" in after["templates/rollout.yaml"] and "templates/deployment.yaml" not in after

    again = run("convert", chart)
    assert (again.exit_code, bytes_of(chart)) == (0, after)
    assert "unchanged" in again.output


def test_output_leaves_the_source_as_it_is(run: Run, copy: Copy, tmp_path: Path) -> None:
    chart = copy("plain")
    before = bytes_of(chart)
    assert run("convert", chart, "--output", tmp_path / "new").exit_code == 0
    assert bytes_of(chart) == before
    run("convert", chart)
    assert bytes_of(tmp_path / "new") == bytes_of(chart)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
def test_git_apply_makes_of_the_dry_run_what_a_run_writes(run: Run, copy: Copy, tmp_path: Path) -> None:
    chart, other = copy("plain"), copy("plain", "other")
    before = bytes_of(chart)
    result = run("convert", chart, "--dry-run")
    assert (result.exit_code, bytes_of(chart)) == (0, before)
    assert "rename from templates/deployment.yaml\nrename to templates/rollout.yaml\n" in result.stdout

    (tmp_path / "patch").write_text(result.stdout)
    subprocess.run(["git", "apply", str(tmp_path / "patch")], cwd=chart, check=True)
    run("convert", other)
    assert bytes_of(chart) == bytes_of(other)


def test_check_writes_nothing_and_its_exit_code_tells_whether_there_is_something_to_do(run: Run, copy: Copy) -> None:
    chart = copy("plain")
    before = bytes_of(chart)
    assert (run("convert", chart, "--check").exit_code, bytes_of(chart)) == (1, before)
    run("convert", chart)
    assert run("convert", chart, "--check").exit_code == 0


def test_json_is_one_object_a_chart_with_the_promised_fields(run: Run, copy: Copy) -> None:
    result = run("convert", copy("plain"), "--json", "--deployer", "argocd")
    body = json.loads(result.stdout)
    assert body.keys() >= FIELDS
    assert body["status"] == "converted"
    (workload,) = body["workloads"]
    assert workload["services"][0].endswith("-stable") and workload["services"][1].endswith("-canary")
    assert workload["routes"][0].endswith("/primary")
    assert {"path": "templates/deployment.yaml", "action": "renamed", "to": "templates/rollout.yaml"}.items() <= next(
        change for change in body["changes"] if change["path"] == "templates/deployment.yaml"
    ).items()
    assert {entry["verdict"] for entry in body["value_sets"]} <= {"equal", "refused", "skipped"}
    assert [entry["deployer"] for entry in body["cutover"]] == ["argocd"]


def test_a_refusal_says_where_why_and_the_way_out_and_exits_with_1(run: Run, copy: Copy) -> None:
    chart = copy("strategy-recreate")
    before = bytes_of(chart)
    result = run("convert", chart)
    assert result.exit_code == 1 and bytes_of(chart) == before
    assert "templates/deployment.yaml:" in result.output
    assert "[recreate-strategy]" in result.output and "--force" in result.output
    assert "rolloutgen explain recreate-strategy" in result.output

    body = json.loads(run("convert", chart, "--json").stdout)
    assert body["status"] == "refused" and body["refusals"][0]["rule"] == "recreate-strategy"
    assert body["cutover"] == []


def test_force_converts_recreate(run: Run, copy: Copy) -> None:
    assert run("convert", copy("strategy-recreate"), "--force").exit_code == 0


def test_what_is_no_chart_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("convert", tmp_path / "empty")
    assert result.exit_code == 1 and "Chart.yaml" in result.output and "[not-a-chart]" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["--values", "missing.yaml"],
        ["--helm", "/no/such/helm"],
        ["--config", "/no/such/file"],
        ["--shard", "3/2"],
        ["--toggles", "some"],
        ["--values-key", "a.b"],
        ["--values-key", ""],
        ["--kube-version", "new"],
        ["--value-set", "prod"],
        ["--check", "--output", "x"],
    ],
)
def test_wrong_usage_exits_with_2_and_writes_nothing(run: Run, copy: Copy, arguments: list[str]) -> None:
    chart = copy("plain")
    before = bytes_of(chart)
    result = run("convert", chart, *arguments)
    assert (result.exit_code, bytes_of(chart)) == (2, before)
    assert arguments[0] in result.output or arguments[-1] in result.output


def test_no_chart_at_all_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("convert", "--all", tmp_path).exit_code == 2


def test_a_bug_keeps_its_traceback(run: Run, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("rolloutgen.convert.job.convert", broken)
    with pytest.raises(ZeroDivisionError):
        run("convert", copy("plain"))


def test_the_nearest_house_file_gives_what_the_environment_has(run: Run, copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_text("dns:\n  targets: [192.0.2.7]\n  ttl: 77\nbump: major\n")
    run("convert", copy("plain"))
    block = load((tmp_path / "plain/values.yaml").read_text())["rollout"]
    assert block["dns"] == {"targets": ["192.0.2.7"], "ttl": 77}
    assert load((tmp_path / "plain/Chart.yaml").read_text())["version"].split(".")[1:] == ["0", "0"]


def test_flags_win_over_the_house_file(run: Run, copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "rolloutgen.yaml").write_text("bump: major\n")
    old = load((copy("plain") / "Chart.yaml").read_text())["version"]
    run("convert", tmp_path / "plain", "--bump", "none")
    assert load((tmp_path / "plain/Chart.yaml").read_text())["version"] == old


def test_the_record_says_what_was_chosen(run: Run, copy: Copy) -> None:
    chart = copy("plain")
    run("convert", chart, "--router", "none", "--deployer", "helm4")
    record = load((chart / ".rolloutgen.yaml").read_text())
    assert record["options"]["router"] == "none" and record["options"]["deployer"] == "helm4"
    (workload,) = record["workloads"]
    assert workload["names"] and all("RELEASE" in name for name in workload["names"])


def test_explain_says_why_for_every_changed_file(run: Run, copy: Copy) -> None:
    from rolloutgen.explain import REASONS

    chart = copy("plain")
    body = json.loads(run("convert", chart, "--json", "--dry-run").stdout)
    text = run("convert", chart, "--explain", "--dry-run").output
    reasons = {reason for change in body["changes"] for reason in change["reasons"]}
    assert reasons <= REASONS.keys()
    assert all(REASONS[reason] in text for reason in reasons)
    assert body["diff"].startswith("diff --git ")


def test_analysis_channels_and_versions_are_recorded_and_hold_for_the_next_run(run: Run, copy: Copy) -> None:
    chart = copy("config-by-version")
    chosen = ["--analysis", "background", "--slack", "one", "--slack", "two", "--config-by-version"]
    assert run("convert", chart, *chosen).exit_code == 0
    options = load((chart / ".rolloutgen.yaml").read_text())["options"]
    assert (options["analysis"], options["slack"], options["config_by_version"]) == ("background", ["one", "two"], True)
    assert run("convert", chart, "--check").exit_code == 0
    assert run("validate", chart, "--fail-on", "warning").exit_code == 0


@pytest.mark.parametrize("chosen", [["--strategy", "blue-green"], ["--strategy", "basic"], ["--router", "none"]])
def test_an_analysis_without_metrics_is_wrong_usage(run: Run, copy: Copy, chosen: list[str]) -> None:
    result = run("convert", copy("plain"), "--analysis", "background", *chosen, "--dry-run")
    assert (result.exit_code, result.stdout) == (2, "") and "leave --analysis out" in result.output


def test_options_against_the_record_are_refused_and_those_it_has_are_no_work(run: Run, copy: Copy) -> None:
    chart = copy("plain")
    assert run("convert", chart, "--strategy", "blue-green").exit_code == 0
    before = bytes_of(chart)
    assert run("convert", chart, "--strategy", "blue-green", "--check").exit_code == 0
    result = run("convert", chart, "--strategy", "canary")
    assert (result.exit_code, bytes_of(chart)) == (1, before)
    assert "converted-otherwise" in result.output


def test_an_output_without_a_name_is_not_the_source(run: Run, copy: Copy) -> None:
    chart = copy("plain")
    before = bytes_of(chart)
    result = run("convert", chart, "--output", "")
    assert result.exit_code == 2 and "--output names no folder" in result.output
    assert bytes_of(chart) == before
