"""Examples are made, never written: `pytest tests/test_examples.py --update-golden`, then read the diff."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from rolloutgen.convert.job import Request, plan_chart, write
from rolloutgen.helm import open_engine
from rolloutgen.scaffold.create import ANSWERS, render
from rolloutgen.scaffold.template import read_answers, template

EXAMPLES = Path(__file__).parents[1] / "examples"


def _files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("before", sorted(EXAMPLES.glob("*/before")), ids=lambda path: path.parent.name)
def test_after_is_what_a_conversion_of_before_gives(before: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    engine = open_engine("embedded")
    try:
        conversion = plan_chart(str(before), Request(), engine)
        assert conversion.plan.status == "converted", conversion.plan.refusals
        write(conversion, str(tmp_path / "after"))
        assert plan_chart(str(tmp_path / "after"), Request(), engine).plan.status == "unchanged"
    finally:
        engine.close()
    after = before.parent / "after"
    if pytestconfig.getoption("--update-golden"):
        shutil.rmtree(after, ignore_errors=True)
        shutil.copytree(tmp_path / "after", after)
    assert _files(after) == _files(tmp_path / "after"), "run with --update-golden and read the diff"


def test_the_scaffold_is_what_its_answers_give(pytestconfig: pytest.Config) -> None:
    folder = EXAMPLES / "web"
    made = render(template("app"), read_answers(str(folder / ANSWERS), template("app"))).files
    if pytestconfig.getoption("--update-golden"):
        shutil.rmtree(folder)
        for path, data in made.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    assert _files(folder) == made, "run with --update-golden and read the diff"


def test_the_house_of_the_example_fills_the_block() -> None:
    from rolloutgen.goyaml import load

    block = load((EXAMPLES / "blockexplorer/after/values.yaml").read_text())["rollout"]
    house = load((EXAMPLES / "blockexplorer/rolloutgen.yaml").read_text())
    assert block["certificate"] == house["certificate"] and block["dns"] == house["dns"]
