"""What `kubectl argo rollouts lint` refuses is refused here, what it accepts is no error here: asked of the plugin."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.registry import Plugin, load
from rolloutgen.rule import Example, Rule
from tests.rules import scenery
from tests.rules.test_parity import LINTED, ROWS

pytestmark = pytest.mark.programs

PLUGINS = load("rolloutgen.rules", "RULE", Rule)
REFUSED_BY_PLUGIN = {rule for row in LINTED for rule in ROWS[row]}


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


def linted(kind: str) -> list[Any]:
    """The examples with a Rollout: the plugin does not look at anything without one."""
    return [
        pytest.param(plugin, example, id=f"{plugin.id}-{number}")
        for plugin in PLUGINS.values()
        for number, example in enumerate(getattr(plugin.value, kind))
        if "kind: Rollout\n" in scenery.as_example(example).text + "\n"
    ]


@pytest.mark.parametrize(("plugin", "example"), linted("bad"))
def test_the_plugin_refuses_what_its_rules_refuse(
    plugin: Plugin[Rule], example: str | Example, plugin_program: str, tmp_path: Path
) -> None:
    severities = {finding.severity for finding in plugin.value.findings(scenery.view(example, schemas=True))}
    said = refusal(plugin_program, tmp_path, scenery.bodies(example))
    if plugin.id in REFUSED_BY_PLUGIN and "error" in severities:
        assert said, "the plugin accepts what is an error here"
    elif "error" not in severities:
        assert not said, "the plugin refuses what is no error here"


@pytest.mark.parametrize(("plugin", "example"), linted("good"))
def test_the_plugin_accepts_what_is_good(
    plugin: Plugin[Rule], example: str | Example, plugin_program: str, tmp_path: Path
) -> None:
    if any(kind in scenery.as_example(example).text for kind in ("workloadRef",)):
        pytest.skip("the plugin judges the absent pod template of a workloadRef")
    assert refusal(plugin_program, tmp_path, scenery.bodies(example)) == ""
