"""What `kubectl argo rollouts lint` refuses is refused here, what it accepts is no error here: asked of the plugin."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.run_rules import lint
from tests.lint.rules import scenery
from tests.lint.rules.rule_cases import Case, Sort, cases, covered
from tests.lint.rules.test_parity import LINTED

pytestmark = pytest.mark.programs

REFUSED_BY_PLUGIN = {code for code, rows in covered().items() if set(rows) & set(LINTED)}


@pytest.fixture(scope="session")
def plugin_program() -> str:
    folder = os.environ.get("ROLLOUTGEN_PROGRAMS", "")
    program = shutil.which("kubectl-argo-rollouts", path=os.pathsep.join([folder, os.environ.get("PATH", "")]))
    if program is None:
        pytest.skip("kubectl-argo-rollouts is neither on PATH nor in $ROLLOUTGEN_PROGRAMS")
    return program


def refusal(program: str, folder: Path, documents: list[dict[str, Any]]) -> str:
    """What the plugin says about the objects; "" where it accepts them."""
    file = folder / "objects.yaml"
    file.write_text(scenery.dump(documents), "utf-8")
    ended = subprocess.run([program, "lint", "-f", str(file)], capture_output=True, text=True, timeout=60)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def linted(*sorts: Sort) -> list[Any]:
    """The cases with a Rollout: the plugin does not look at anything without one."""
    return [pytest.param(case, id=case.name) for case in cases(*sorts) if "kind: Rollout\n" in case.example.text + "\n"]


@pytest.mark.parametrize("case", linted("bad"))
def test_the_plugin_refuses_what_its_rules_refuse(case: Case, plugin_program: str, tmp_path: Path) -> None:
    findings = case.plugin.value.findings(scenery.view(case.example, schemas=True))
    severities = {finding.severity for finding in findings}
    said = refusal(plugin_program, tmp_path, scenery.bodies(case.example))
    if case.plugin.code in REFUSED_BY_PLUGIN and "error" in severities:
        assert said, "the plugin accepts what is an error here"
    elif "error" not in severities:
        assert not said, "the plugin refuses what is no error here"


@pytest.mark.parametrize("case", linted("good"))
def test_the_plugin_accepts_what_is_good(case: Case, plugin_program: str, tmp_path: Path) -> None:
    if "workloadRef" in case.example.text:
        pytest.skip("the plugin judges the absent pod template of a workloadRef")
    assert refusal(plugin_program, tmp_path, scenery.bodies(case.example)) == ""


@pytest.mark.parametrize("seed", range(60))
def test_what_the_plugin_refuses_of_a_spoilt_example_is_an_error(
    seed: int, plugin_program: str, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    (case,) = chance.choice(linted("good", "bad")).values
    assert isinstance(case, Case)
    documents = scenery.bodies(case.example)
    for _ in range(chance.choice([1, 1, 2, 3])):
        _spoil(documents, chance)
    if refusal(plugin_program, tmp_path, documents):
        view = ReleaseView(scenery.objects(documents))
        assert "error" in {finding.severity for finding in lint([view])}, scenery.dump(documents)


def _spoil(documents: list[dict[str, Any]], chance: random.Random) -> None:
    holder, key = chance.choice(
        [place for body in documents for place in _places(body) if place[1] not in ("kind", "apiVersion", "metadata")]
    )
    if chance.random() < 0.4:
        del holder[key]
    elif isinstance(holder[key], bool):
        holder[key] = not holder[key]
    elif isinstance(holder[key], int):
        holder[key] = chance.choice([0, 1, -1, 5, 100, 101, 600, 70000])
    elif isinstance(holder[key], str):
        holder[key] = chance.choice(["", "a", "A_b", "x y", "10%", "1d", "30s", "web", "web-stable", "web-canary"])
    elif isinstance(holder[key], list) and holder[key]:
        holder[key] = [*holder[key], chance.choice(holder[key])]
    else:
        holder[key] = {}


def _places(value: Any) -> list[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, entry in entries for place in ((value, key), *_places(entry))]
