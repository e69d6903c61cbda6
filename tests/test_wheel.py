"""The wheel holds all that it needs: installed outside the checkout, it converts a chart there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.registry


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(target), str(ROOT)]
    subprocess.run(build, check=True)
    return next(target.glob("*.whl"))


def test_templates_and_schemas_are_in_it_and_tests_are_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "rolloutgen/_data/templates/resources/values.yaml.j2" in names
    assert "rolloutgen/_data/schemas/rolloutgen.schema.json" in names
    assert "rolloutgen/_data/templates/app/1.0.0/chart/.helmignore" in names
    assert not [name for name in names if name.startswith(("tests/", "examples/"))]


def test_it_converts_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/charts/plain/before", tmp_path / "chart")
    (tmp_path / "rolloutgen.yaml").write_text("dns:\n  targets: [192.0.2.1]\n")  # which takes the packaged schema
    python = tmp_path / "env/bin/python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", str(wheel)], check=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = str(tmp_path / "env/bin/rolloutgen")
    subprocess.run([program, "convert", "chart"], cwd=tmp_path, env=environment, check=True)
    assert "kind: Rollout" in (tmp_path / "chart/templates/rollout.yaml").read_text()
    subprocess.run([program, "new", "app", "web", "--defaults"], cwd=tmp_path, env=environment, check=True)
    subprocess.run([program, "validate", "web"], cwd=tmp_path, env=environment, check=True)
    again = subprocess.run([program, "convert", "chart", "--check"], cwd=tmp_path, env=environment, check=False)
    assert again.returncode == 0
