"""A scaffolded chart under the real programs: helm lint, template and package, kubeconform, the plugin's lint."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rolloutgen.cli.group import group
from tests.scaffold.conftest import make
from tests.scaffold.pairs import pairwise
from tests.scaffold.test_combinations import CHOICES, SHAPES

from .tools import program

pytestmark = pytest.mark.programs
ROWS = [{**row, "slack": "deployments"} for row in pairwise({name: CHOICES[name] for name in ("shape", "autoscaling")})]


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
@pytest.mark.parametrize("number", range(len(ROWS)))
def test_helm_lints_strictly_and_renders(number: int, helm: str, tmp_path: Path) -> None:
    chart = make(tmp_path / "web", ROWS[number])
    for values in (None, *sorted(chart.glob("ci/*.yaml"))):
        more = ["--values", values] if values else []
        linted = run(program(helm), "lint", "--strict", chart, *more)
        assert linted.returncode == 0 and "[WARNING]" not in linted.stdout, linted.stdout
        rendered = run(program(helm), "template", "r", chart, "--namespace", "shop", *more)
        assert rendered.returncode == 0 and "kind: Rollout\n" in rendered.stdout, rendered.stderr


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
def test_helm_refuses_a_typing_error_by_the_schema(helm: str, tmp_path: Path) -> None:
    chart = make(tmp_path / "web", {})
    refused = run(program(helm), "template", "r", chart, "--set", "rollout.step=1")
    assert refused.returncode != 0 and "step" in refused.stderr


def test_a_package_holds_what_helm_needs_and_no_more(tmp_path: Path) -> None:
    chart = make(tmp_path / "web", {})
    assert run(program("helm3"), "package", chart, "--destination", tmp_path).returncode == 0
    with tarfile.open(tmp_path / "web-0.1.0.tgz") as archive:
        names = set(archive.getnames())
    assert {"web/Chart.yaml", "web/values.schema.json", "web/templates/rollout.yaml"} <= names
    assert not [name for name in names if "/ci/" in name or name.endswith(".copier-answers.yml")]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_kubeconform_and_the_plugin_agree(
    shape: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = make(tmp_path / "web", {"shape": shape, "slack": "deployments"})
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(program("kubeconform")).parent), os.environ["PATH"]]))
    line = ["validate", str(chart), "--kubeconform", "--format", "json"]
    result = CliRunner().invoke(group, line, catch_exceptions=False)
    assert json.loads(result.stdout)["findings"] == []

    plugin = program("kubectl-argo-rollouts")
    rendered = run(program("helm3"), "template", "r", chart, "--skip-tests")
    (tmp_path / "all.yaml").write_text(rendered.stdout)
    linted = run(plugin, "lint", "-f", tmp_path / "all.yaml")
    assert linted.returncode == 0, linted.stdout + linted.stderr
