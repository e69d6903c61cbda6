"""A kubeconform that misbehaves: an error that says so, within bounds, and no process of its own left."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.lint import kubeconform
from rolloutgen.lint.kubeconform import disagreements
from tests.simulate.build import view_of_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"


def asked(folder: Path, script: str) -> list[object]:
    program = folder / "kubeconform"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return list(disagreements(str(program), [view_of_text(SERVICE)], ""))


@pytest.mark.parametrize(
    "script",
    [
        "exit 3",
        "echo hello",
        "head -c 1000 /dev/urandom",
        "echo '[]'",
        """echo '{"resources": 1}'""",
        """echo '{"resources": [null]}'""",
        """echo '{"resources": [{"filename": null, "kind": 1, "name": "", "status": [], "msg": {}}]}'""",
        "yes '[' | head -c 300000",
        "kill -9 $$",
    ],
)
def test_an_answer_that_is_none_is_told(tmp_path: Path, script: str) -> None:
    with pytest.raises(UsageError, match="kubeconform failed"):
        asked(tmp_path, script)


@pytest.mark.parametrize("script", ["yes", "yes 1>&2", "sleep 100", "sleep 100 & echo '{}'"])
def test_a_program_without_end_is_ended_with_all_that_it_started(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeconform, "_SECONDS", 1)
    monkeypatch.setattr(kubeconform, "_MOST", 100_000)
    start = time.monotonic()
    with pytest.raises(UsageError, match=r"no end after 1 seconds|prints more than"):
        asked(tmp_path, f"echo $$ > {tmp_path}/group; {script}")
    assert time.monotonic() - start < 50
    group = int((tmp_path / "group").read_text())
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.killpg(group, 0)
            time.sleep(0.05)


def test_an_empty_answer_disagrees_with_nothing(tmp_path: Path) -> None:
    assert asked(tmp_path, """echo '{"resources": null}'""") == []
