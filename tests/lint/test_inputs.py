"""What arguments mean, and which charts changed files belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.lint.inputs import Input, charts_of, input_of, inputs_of

FILES = (
    "charts/web/Chart.yaml",
    "charts/web/charts/sub/Chart.yaml",
    "charts/web/templates/a.yaml",
    "k8s/a.yaml",
    "b.yml",
)


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    (tmp_path / "web-1.0.0.tgz").write_bytes(b"")
    monkeypatch.chdir(tmp_path)


def test_each_argument_is_what_it_looks_like() -> None:
    assert inputs_of(["charts/web", "web-1.0.0.tgz", "-", "k8s", "b.yml", "k8s/a.yaml", "b.yml"]) == [
        Input("chart", "charts/web"),
        Input("chart", "web-1.0.0.tgz"),
        Input("stream", "<stdin>"),
        Input("folder", "k8s", ("k8s/a.yaml",)),
        Input("files", "manifests", ("b.yml", "k8s/a.yaml")),
    ]


def test_a_folder_is_its_manifests_and_every_chart_below_it() -> None:
    web = Input("chart", "charts/web")
    assert inputs_of(["./charts/"]) == [web]
    Path("rolloutgen.yaml").write_text("deployer: helm3\n", encoding="utf-8")  # the house file is no manifest
    assert inputs_of([".", "charts/web/", "k8s"]) == [
        Input("folder", ".", ("./b.yml", "./k8s/a.yaml")),
        web,
        Input("folder", "k8s", ("k8s/a.yaml",)),
    ]


def test_one_thing_is_asked_for_and_several_are_there(tmp_path: Path) -> None:
    assert input_of("charts") == Input("chart", "charts/web")
    assert input_of("k8s").kind == "folder"
    with pytest.raises(UsageError, match="manifests beside charts") as caught:
        input_of(".")
    assert caught.value.hint == "Name one chart (charts/web) or the files."
    (tmp_path / "charts/api").mkdir()
    (tmp_path / "charts/api/Chart.yaml").write_text("{}")
    with pytest.raises(UsageError, match="several charts"):
        input_of("charts")


@pytest.mark.parametrize("path", ["nowhere", "empty"])
def test_what_is_nothing_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        inputs_of([path])


@pytest.mark.parametrize(
    ("files", "charts"),
    [
        (["charts/web/templates/a.yaml", "charts/web/Chart.yaml"], ["charts/web"]),
        (["charts/web/charts/sub/values.yaml"], ["charts/web"]),
        (["charts/web/removed/deep/file.txt"], ["charts/web"]),
        (["k8s/a.yaml", "b.yml"], []),
        (["./charts/web/values.yaml"], ["charts/web"]),
    ],
)
def test_the_charts_of_changed_files(files: list[str], charts: list[str]) -> None:
    assert list(charts_of(files)) == charts


def test_a_repository_that_is_one_chart(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("{}")
    assert list(charts_of(["templates/a.yaml", "values.yaml"])) == ["."]
    assert list(charts_of(["charts/other/values.yaml"])) == ["."]
