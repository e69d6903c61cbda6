"""A second judge: the real kubeconform with the same schemas accepts and refuses the same objects.

It sees only what JSON Schema can say. So an object that our rules or list-map keys alone refuse is left out, and nulls
are dropped beforehand.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.schema import check, exported
from tests.schema.mutants import good_objects, manifest, mutants

pytestmark = pytest.mark.programs

_BEYOND = {"rule-violation", "duplicate-list-key", "null-in-custom-resource"}


def program() -> str:
    """kubeconform in $ROLLOUTGEN_PROGRAMS or on PATH; skips where it is in neither."""
    folder = os.environ.get("ROLLOUTGEN_PROGRAMS", "")
    for path in (Path(folder) / "kubeconform", Path(folder) / "bin" / "kubeconform"):
        if folder and path.is_file():
            return str(path)
    found = shutil.which("kubeconform")
    if found is None:
        pytest.skip("kubeconform is neither in $ROLLOUTGEN_PROGRAMS nor on PATH")
    return found


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("schemas")
    for name, schema in exported("1.34"):
        (folder / name).write_text(json.dumps(schema))
    return f"{folder}/{{{{.ResourceKind}}}}_{{{{.Group}}}}_{{{{.ResourceAPIVersion}}}}.json"


def verdicts(bodies: list[dict[str, Any]], location: str, folder: Path) -> Iterator[bool]:
    """Whether kubeconform takes each of `bodies`."""
    folder.mkdir()
    for number, body in enumerate(bodies):
        (folder / f"{number:06}.json").write_text(json.dumps(body))
    command = [program(), "-strict", "-output", "json", "-verbose", "-schema-location", location, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = {Path(one["filename"]).stem: one["status"] for one in json.loads(done.stdout)["resources"]}
    assert set(answers.values()) <= {"statusValid", "statusInvalid"}, done.stdout[:2000]
    for number in range(len(bodies)):
        yield answers[f"{number:06}"] == "statusValid"


def test_good_objects_are_taken_by_both(location: str, tmp_path: Path) -> None:
    assert all(verdicts(good_objects(), location, tmp_path / "good"))


def test_mutants_are_judged_alike(location: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    cases = [case for body in good_objects() for case in chance.sample(list(mutants(body)), 40)]
    # kubeconform reads the name before the schema does, and calls another shape of it an error of the file.
    cases = [(what, body) for what, body in cases if not what.startswith("('metadata'")]
    ours = check([manifest(body) for _, body in cases], kube_version="1.34")
    theirs = verdicts([body for _, body in cases], location, tmp_path / "mutants")
    refused = 0
    for (what, _), our, their in zip(cases, ours, theirs, strict=True):
        if our.errors and {error.code for error in our.errors} <= _BEYOND:
            continue
        refused += not their
        assert (our.state == "valid") == their, f"{our.ref}: {what}: {our.errors}"
    assert refused > 100
