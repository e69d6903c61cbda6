"""`--kubeconform` with the real kubeconform: silence where the two agree, a finding where they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rolloutgen.cli.group import group

from .tools import program

pytestmark = pytest.mark.programs

CASES = Path(__file__).parents[1] / "charts"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
# Two environment variables of one name: no JSON Schema can say that the list is a map by `name`.
TWICE = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  strategy: {canary: {}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          env: [{name: A, value: one}, {name: A, value: two}]
"""


@pytest.fixture(autouse=True)
def kubeconform(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(Path(program("kubeconform")).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([folder, os.environ["PATH"]]))


def found(*arguments: object) -> list[dict[str, Any]]:
    line = ["validate", *map(str, arguments), "--kubeconform", "--only", "second-opinion", "--format", "json"]
    result = CliRunner().invoke(group, line, catch_exceptions=False)
    findings: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return findings


def manifest(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "all.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("case", ["plain", "ingress-references", "several-ports", "vpa"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_on_good_charts_the_two_agree(case: str, side: str) -> None:
    assert found(CASES / case / side) == []


def test_on_what_both_refuse_they_agree(tmp_path: Path) -> None:
    assert found(manifest(tmp_path, SERVICE.replace("ports", "prots"))) == []
    assert found(manifest(tmp_path, SERVICE.replace("spec:", "spec: {}\nspec:"))) == []


def test_what_only_rolloutgen_refuses_is_told(tmp_path: Path) -> None:
    (finding,) = found(manifest(tmp_path, TWICE))
    assert finding["severity"] == "info" and "kubeconform takes what is refused here" in finding["message"]
    assert finding["object"]["kind"] == "Rollout"


def test_what_only_kubeconform_refuses_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a schema of its own: this one it is given alone, as if ours were wrong."""
    from rolloutgen import schema

    def other(*_: object, **__: object) -> list[tuple[str, dict[str, Any]]]:
        return [("service_v1_v1.json", {"type": "object", "required": ["somethingElse"]})]

    monkeypatch.setattr(schema, "exported", other)
    (finding,) = found(manifest(tmp_path, SERVICE))
    assert finding["severity"] == "warning" and "somethingElse" in finding["message"]


def test_a_schema_location_holds_for_both(tmp_path: Path) -> None:
    text = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\nsize: 3\n"
    (tmp_path / "crds/example.org").mkdir(parents=True)
    (tmp_path / "crds/example.org/widget_v1.json").write_text(
        '{"type": "object", "properties": {"size": {"type": "string"}}}'
    )
    location = f"{tmp_path}/crds/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
    assert found(manifest(tmp_path, text), "--schema-location", location) == []


def test_without_the_program_it_is_a_matter_of_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ROLLOUTGEN_PROGRAMS", raising=False)
    result = CliRunner().invoke(group, ["validate", str(manifest(tmp_path, SERVICE)), "--kubeconform"])
    assert result.exit_code == 2 and "kubeconform is not on PATH" in result.stderr
