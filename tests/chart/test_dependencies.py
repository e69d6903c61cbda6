"""Dependencies that charts/ lacks: taken from the same repository, left out, or needed."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.chart.dependencies import Dependency, Include, declared, resolve_dependencies
from rolloutgen.errors import ChartError

LIBRARY = {
    "Chart.yaml": b"apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n",
    "templates/_helpers.tpl": b'{{ define "common.name" }}x{{ end }}',
    ".helmignore": b"*.bak\n",
    "old.bak": b"",
}


def make(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def chart_yaml(*dependencies: str) -> bytes:
    listed = "".join(f"- {dependency}\n" for dependency in dependencies)
    return f"apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: 1.10\ndependencies:\n{listed}".encode()


def app(template: str, *dependencies: str) -> dict[str, bytes]:
    return {"Chart.yaml": chart_yaml(*dependencies), "templates/a.yaml": template.encode()}


def tgz(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(f"x/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_nothing_to_do() -> None:
    chart = Chart("", {"Chart.yaml": b"name: app\nversion: 1\n"})
    assert resolve_dependencies(chart).chart is chart
    vendored = Chart("", {**app("", "{name: common}"), "charts/lib/Chart.yaml": b"name: common\n"})
    assert resolve_dependencies(vendored).chart is vendored
    packed = Chart("", {**app("", "{name: common}"), "charts/common-1.0.0.tgz": tgz(LIBRARY)})
    assert resolve_dependencies(packed).chart is packed


def test_every_way_to_name_one() -> None:
    both = b"dependencies: [{name: a, version: 1.2.0, repository: 'https://x', alias: b, condition: a.on, tags: [t]}]\n"
    expected = (Dependency("a", "1.2.0", "https://x", "b"),)
    assert declared(Chart("", {"Chart.yaml": b"name: x\n" + both})) == expected
    assert declared(Chart("", {"Chart.yaml": b"apiVersion: v1\nname: x\n", "requirements.yaml": both})) == expected
    for odd in (b"", b"dependencies:\n", b"dependencies: {a: b}\n", b"dependencies: [null, 3, {version: 1}]\n"):
        assert declared(Chart("", {"Chart.yaml": b"name: x\n" + odd})) == ()
    with pytest.raises(ChartError, match="broken YAML"):
        declared(Chart("", {"Chart.yaml": b"name: x\n", "requirements.yaml": b"a: [\n"}))


def test_a_local_one_is_taken_from_the_same_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    make(tmp_path / "library/common", LIBRARY)
    one = "{name: common, version: 1.0.0, repository: 'file://../../library/common'}"
    chart = load_chart(make(tmp_path / "charts/app", app('{{ include "common.name" . }}', one)))
    found = resolve_dependencies(chart)
    assert [(dependency.name, dependency.source) for dependency in found.local] == [
        ("common", str(tmp_path / "library/common"))
    ]
    assert (found.missing, found.are_needed) == ((), False)
    added = set(found.chart.files) - set(chart.files)
    assert added == {"charts/common/Chart.yaml", "charts/common/templates/_helpers.tpl", "charts/common/.helmignore"}
    changed = chart.with_files({"values.yaml": b"new: 1\n"})
    assert set(found.applied_to(changed).files) == {*found.chart.files, "values.yaml"}


def test_a_local_one_brings_its_own_along_and_circles_end(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = b"name: base\nversion: 1.0.0\ndependencies: [{name: common, repository: 'file://../common'}]\n"
    make(tmp_path / "base", {"Chart.yaml": inner})
    listed = b"dependencies: [{name: base, repository: 'file://../base'}]\n"
    make(tmp_path / "common", {**LIBRARY, "Chart.yaml": b"name: common\nversion: 1.0.0\n" + listed})
    chart = load_chart(make(tmp_path / "app", app("", "{name: common, repository: 'file://../common'}")))
    files = resolve_dependencies(chart).chart.files
    assert "charts/common/charts/base/Chart.yaml" in files
    assert not any(path.startswith("charts/common/charts/base/charts/") for path in files)


@pytest.mark.parametrize("with_git", [True, False])
def test_nothing_is_taken_from_outside_the_repository(tmp_path: Path, with_git: bool) -> None:
    make(tmp_path / "common", LIBRARY)
    root = make(tmp_path / "repository/app", app("", "{name: common, repository: 'file://../../common'}"))
    if with_git:
        (tmp_path / "repository/.git").mkdir()
    found = resolve_dependencies(load_chart(root))
    assert [dependency.name for dependency in found.missing] == ["common"]
    assert found.local == ()


def test_a_missing_one_that_nobody_includes_is_dropped() -> None:
    files = app('{{/* include "redis.name" */}}{{ include "app.name" . }}', "{name: redis, version: 1}", "{name: kept}")
    files["templates/_h.tpl"] = b'{{- define "app.name" -}}{{ template "kept.name" . }}{{ end }}'
    files["charts/kept/Chart.yaml"] = b"name: kept\n"
    files["charts/kept/charts/deep-1.tgz"] = tgz({"Chart.yaml": b"name: deep\n", "templates/_d.tpl": b""})
    files["charts/kept/templates/_k.tpl"] = b"{{ define `kept.name` }}{{ end }}"
    found = resolve_dependencies(Chart("", files))
    assert [dependency.name for dependency in found.missing] == ["redis"]
    assert (found.unresolved, found.are_needed) == ((), False)
    assert [entry["name"] for entry in found.chart.metadata["dependencies"]] == ["kept"]
    assert (found.chart.name, found.chart.version) == ("app", "1.0.0")


def test_a_missing_one_that_is_included_is_needed() -> None:
    template = (
        'a: {{ .Values.a }}\nb: {{ include (printf "%s.x" .Values.y) . }}\nc: {{- include "redis.name" . | quote }}\n'
    )
    found = resolve_dependencies(Chart("", app(template, "{name: redis}")))
    assert found.are_needed
    assert found.unresolved == (Include("redis.name", "templates/a.yaml", 3),)


def test_a_template_may_be_included_by_its_path() -> None:
    files = app('{{ include "app/templates/b.yaml" . }}', "{name: redis}")
    files["templates/b.yaml"] = b""
    assert not resolve_dependencies(Chart("", files)).are_needed


def test_descriptions_of_any_kind_survive_the_dropping() -> None:
    listed = b'name: app\nversion: 1.0.0\ndescription: "\\U0001F698"\ndependencies: [{name: redis}]\n'
    assert resolve_dependencies(Chart("", {"Chart.yaml": listed})).chart.metadata["description"] == "\U0001f698"
