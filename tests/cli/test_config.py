"""`rolloutgen config`: what holds for a chart, and which line says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rolloutgen.config.files import house_of
from rolloutgen.config.options import settle
from rolloutgen.goyaml import load

from .conftest import Copy, Run

FAR = "bump: none\nrouter: none\ndns:\n  targets: [192.0.2.1]\nignore:\n  two-strategies: 'on'\n"
NEAR = "# the chart's own\nbump: patch\ncertificate: {issuer: {name: 'y'}}\n"


@pytest.fixture
def chart(copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "rolloutgen.yaml").write_text(FAR)
    folder = copy("plain", "charts/web")
    (folder / "rolloutgen.yaml").write_text(NEAR)
    return folder


def sources(run: Run, *arguments: object) -> dict[str, str]:
    body = json.loads(run("config", *arguments, "--json").output)
    return {one["key"]: f"{one['path']}:{one['line']}" if "path" in one else one["source"] for one in body["settings"]}


def test_every_value_tells_where_it_comes_from(run: Run, chart: Path) -> None:
    found = sources(run, "charts/web")
    assert found["bump"] == "charts/web/rolloutgen.yaml:2"
    assert found["certificate.issuer"] == "charts/web/rolloutgen.yaml:3"
    assert found["router"] == "rolloutgen.yaml:2" and found["dns.targets"] == "rolloutgen.yaml:4"
    assert found["ignore.two-strategies"] == "rolloutgen.yaml:6"
    assert found["dns.ttl"] == "default" and found["deployer"] == "unset"


def test_the_record_of_a_converted_chart_stands_over_the_files(run: Run, chart: Path) -> None:
    assert run("convert", "charts/web", "--router", "istio", "--force").exit_code == 0
    found = sources(run, "charts/web")
    assert found["router"].startswith("charts/web/.rolloutgen.yaml:") and found["force"].startswith("charts/web/.")
    line = int(found["router"].rpartition(":")[2])
    assert (chart / ".rolloutgen.yaml").read_text().splitlines()[line - 1].strip() == "router: istio"
    assert "# force: true (charts/web/.rolloutgen.yaml" in run("config", "charts/web").output


def test_the_text_is_a_file_that_chooses_the_same(run: Run, chart: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown.yaml"
    shown.write_text(run("config", "charts/web").output)
    assert load(shown.read_text())["certificate"] == {"issuer": {"name": "y"}}, "quoted where Go reads a boolean"
    again, before = house_of("charts/web", str(shown)).options(), house_of("charts/web").options()
    assert settle(before, again) == settle(again) and settle(again).house.dns_targets == ("192.0.2.1",)
    assert settle(again).ignore == {"two-strategies": "on"}


def test_a_folder_and_no_file_at_all(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert set(sources(run).values()) == {"default", "unset"}
    assert run("config").output.startswith("# .: no rolloutgen.yaml")


def test_a_file_that_is_named_counts_alone(run: Run, chart: Path) -> None:
    found = sources(run, "charts/web", "--config", "rolloutgen.yaml")
    assert found["bump"] == "rolloutgen.yaml:1" and found["certificate.issuer"] == "unset"


@pytest.mark.parametrize("command", ["config", "convert", "validate", "diff"])
def test_every_command_tells_all_faults_and_exits_2(run: Run, chart: Path, command: str) -> None:
    (chart / "rolloutgen.yaml").write_text("bumb: x\ntoggles: maybe\n")
    result = run(command, "charts/web", *(["--against", "charts/web"] if command == "diff" else []))
    assert result.exit_code == 2, result.output
    assert "charts/web/rolloutgen.yaml:1: " in result.output and "charts/web/rolloutgen.yaml:2: " in result.output
    assert 'did you mean "bump"' in result.output


def test_what_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("config", tmp_path / "nowhere").exit_code == 2
    assert run("config", tmp_path, "--config", tmp_path).exit_code == 2


def test_the_schema_is_printed_for_editors(run: Run) -> None:
    assert json.loads(run("config", "--schema").output)["title"] == "rolloutgen.yaml"


ENVIRONMENTS = """\
certificate: {issuer: {name: letsencrypt, kind: ClusterIssuer}}
hosts: {public: ["{name}.{domain}"]}
environments:
  sandbox: {domain: sandbox.x.org, dns: {targets: [192.0.2.1]}}
  mainnet: {domain: x.org, dns: {targets: [192.0.2.2]}, gateway: {namespace: edge}}
"""


def test_the_values_of_an_environment_are_rendered_by_validate_and_diff(run: Run, chart: Path) -> None:
    (chart / "rolloutgen.yaml").unlink()
    Path("rolloutgen.yaml").write_text(ENVIRONMENTS)
    assert run("convert", "charts/web").exit_code == 0
    body = json.loads(run("validate", "charts/web", "--format", "json").output)
    assert body["charts"][0]["value_sets"] == 3 and body["findings"] == [], "edge is where the house's gateways run"
    shutil.copytree(chart, "before")
    values = chart / "values-sandbox.yaml"
    values.write_text(values.read_text().replace("192.0.2.1", "192.0.2.9"))
    assert "192.0.2.9" in run("diff", "charts/web", "--against", "before").output
    values.write_text(values.read_text().replace("targets:", "targets: []\n    other:"))
    result = run("validate", "charts/web")
    assert result.exit_code == 1 and "rollout.dns.targets" in result.output and "values-sandbox.yaml" in result.output
    assert "unchanged" in run("convert", "charts/web").output
