"""A helm program gives what the embedded Helm gives."""

from __future__ import annotations

import json
import stat
import sys
from collections import Counter
from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import LimitError, RenderError, UsageError
from rolloutgen.helm import BinaryEngine, EmbeddedEngine, binary
from rolloutgen.model import Release, Rendered, ValueSet
from tests.programs.helm import helm_program

from .charts import CHART, chart, rich

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX scripts")


def comparable(rendered: Rendered) -> tuple[object, ...]:
    objects = Counter((found.template, json.dumps(found.body, sort_keys=True)) for found in rendered.objects)
    return objects, rendered.values, rendered.files.get("templates/NOTES.txt", "").strip()


@pytest.mark.programs
@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_the_same_as_embedded(name: str) -> None:
    pytest.importorskip("helm_python")
    binary, embedded = BinaryEngine(str(helm_program(name))), EmbeddedEngine()
    assert binary.version.startswith(f"v{name[-1]}.")
    for value_set in (
        ValueSet("defaults", {}, Release("rg", "rg-a", "1.29.0", ("example.org/v1",))),
        ValueSet(
            "off", {"bus": {"enabled": False}, "name": "\U0001f698"}, Release("x" * 53, "rg-b", "1.30.0", (), True)
        ),
    ):
        assert comparable(binary.render(rich(), value_set)) == comparable(embedded.render(rich(), value_set))
    assert binary.merge_values(rich(), {"name": "y"})["name"] == "y"
    expressions = ["a.b=1,c={x,y}", "e\\.f=g", "h=null"]
    assert binary.set_values(expressions) == embedded.set_values(expressions)
    with pytest.raises(UsageError, match="no value"):
        binary.set_values(["a"])
    binary.close()


@pytest.mark.programs
@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_the_same_faults_as_embedded(name: str) -> None:
    pytest.importorskip("helm_python")
    binary, embedded = BinaryEngine(str(helm_program(name))), EmbeddedEngine()
    schema = {"Chart.yaml": CHART, "values.schema.json": b'{"properties": {"a": {"type": "integer"}}}'}
    charts = [
        chart(a='a: 1\nb: {{ required "give me a host" .Values.host }}\n'),
        chart(a="\n\na: {{ .Values.sensu.httpPort }}\n"),
        chart(a='{{ include "x" . }}', _helpers='{{ define "x" }}\n{{ .Values.global.region }}{{ end }}'),
        chart(a='{{ include "common.all" . }}'),
        chart(a="a: {{ b64enc .Values.x }}"),
        chart(a="a: b: c\n"),
        Chart("demo", schema),
    ]
    for broken in charts:
        with pytest.raises(RenderError) as there:
            binary.render(broken, ValueSet("x", {"a": "b"}))
        with pytest.raises(RenderError) as here:
            embedded.render(broken, ValueSet("x", {"a": "b"}))
        assert there.value.path == here.value.path
        assert there.value.line in (here.value.line, None)
        if broken is not charts[-1] and broken is not charts[-2]:  # worded anew from version to version
            assert there.value.what == here.value.what
    binary.close()


@pytest.mark.programs
@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_a_missing_dependency_is_told_as_such(name: str) -> None:
    listed = CHART + b"dependencies: [{name: redis, version: 1.0.0, repository: 'https://x'}]\n"
    engine = BinaryEngine(str(helm_program(name)))
    with pytest.raises(RenderError, match="missing in charts/") as fault:
        engine.render(Chart("demo", {"Chart.yaml": listed}), ValueSet("x"))
    assert "redis" in fault.value.why
    engine.close()


def program(folder: Path, body: str) -> str:
    path = folder / "helm"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@posix
def test_a_program_that_is_no_helm(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not Helm"):
        _ = BinaryEngine(program(tmp_path, "echo hello")).version
    with pytest.raises(UsageError, match="ended with 3") as fault:
        BinaryEngine(program(tmp_path, "echo broken >&2; exit 3")).render(chart(a="a: 1"), ValueSet("x"))
    assert fault.value.why == "broken"


@posix
def test_a_program_that_does_not_end(tmp_path: Path) -> None:
    engine = BinaryEngine(program(tmp_path, "exec sleep 60"), seconds=0.2)
    with pytest.raises(LimitError, match=r"longer than 0\.2 seconds"):
        engine.render(chart(a="a: 1"), ValueSet("x"))
    engine.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere time alone is bounded")
@pytest.mark.parametrize("script", ["exec yes", "exec yes >&2", "head -c 1000000 /dev/urandom; exit 1"])
def test_a_program_that_prints_without_end(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_MOST", 1_000_000)
    engine = BinaryEngine(program(tmp_path, script), seconds=50)
    with pytest.raises((LimitError, UsageError)):
        engine.render(chart(a="a: 1"), ValueSet("x"))
    engine.close()


@posix
def test_helm_is_told_the_whole_release(tmp_path: Path) -> None:
    said = tmp_path / "said"
    engine = BinaryEngine(program(tmp_path, f'echo "$@" > {said}; cat >> {said}; ls $3/templates >> {said}'))
    release = Release("rg", "rg-a", "1.30.0", ("a/v1", "b/v1"), is_upgrade=True)
    files = {**rich().files, ".helmignore": b"*.bak\n"}
    assert engine.render(Chart("rich", files), ValueSet("x", {"k": "\u00e9"}, release)).objects == ()
    told = said.read_text(encoding="utf-8")
    assert "--namespace rg-a" in told
    assert "--kube-version 1.30.0 --api-versions a/v1 --api-versions b/v1 --is-upgrade" in told
    assert '{"k": "\u00e9"}' in told
    assert "a.yaml" in told
    assert "broken.yaml.bak" not in told
    engine.close()
