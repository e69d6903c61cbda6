"""Every impact reports what its cases expect, and nothing of the cases without a line.

The cases are the two examples of each impact and those of cases/<code>.yaml: a list `cases` of states `before` and
`after`, with the parts of the line that is expected in `says`. A case without `before` has that of the file; `replace`
makes `after` of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from rolloutgen.diff.diff import ImpactExample, diff, impacts
from rolloutgen.model import Release, Rendered, ValueSet
from tests.lint.rules.scenery import NAMESPACE, bodies, objects

ALL = impacts()
FOLDER = Path(__file__).parent / "cases"


def cases() -> Iterator[tuple[str, str, ImpactExample]]:
    """Name, code and example of every case."""
    for code, plugin in ALL.items():
        yield f"{code}-example", code, plugin.value.example
        yield f"{code}-counterexample", code, plugin.value.counterexample
        path = FOLDER / f"{code}.yaml"
        read = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {"cases": []}
        for number, case in enumerate(read["cases"], 1):
            yield f"{code}-{number}", code, _example(case, read.get("before", ""))


def _example(case: dict[str, Any], common: str) -> ImpactExample:
    assert case.keys() <= {"about", "before", "after", "replace", "says", "deployer"}, case
    before = after = case.get("before", common)
    for old, new in case.get("replace", {}).items():
        after = after.replace(old, new)
    return ImpactExample(before, case.get("after", after), tuple(case.get("says", ())), case.get("deployer", ""))


PARAMETERS = [pytest.param(code, example, id=name) for name, code, example in cases()]


def rendered(text: str) -> Rendered:
    """A release from an example's text, completed as the lint rules' examples are."""
    made = objects(bodies(text)) if text.strip() else ()
    return Rendered(ValueSet("example", {}, Release("demo", NAMESPACE)), {}, made, {})


def lines(example: ImpactExample, code: str) -> list[str]:
    """What one impact reports of an example."""
    found = diff(rendered(example.before), rendered(example.after), deployer=example.deployer)
    return [told.message for told in found.diagnostics if told.code == code]


@pytest.mark.parametrize(("code", "example"), PARAMETERS)
def test_a_case_gets_the_line_that_it_expects(code: str, example: ImpactExample) -> None:
    said = lines(example, code)
    assert bool(said) == bool(example.says), said
    for part in example.says:
        assert part in " | ".join(said)


@pytest.mark.parametrize(("code", "example"), PARAMETERS)
def test_an_impact_reports_nothing_where_nothing_changed(code: str, example: ImpactExample) -> None:
    assert lines(replace(example, after=example.before), code) == []


@pytest.mark.parametrize("code", ALL)
def test_an_impact_has_an_example_with_a_line_and_one_without(code: str) -> None:
    assert ALL[code].value.example.says and not ALL[code].value.counterexample.says
    assert not re.search(r"\bsee docs\b", ALL[code].doc.why)


def test_every_file_of_cases_is_of_an_impact() -> None:
    assert {path.stem for path in FOLDER.iterdir()} <= set(ALL)


def test_a_secret_is_never_in_a_line() -> None:
    before = "kind: Secret\nstringData: {password: hunter2-the-first}\n---\n" + _POD.format("hunter2-the-first")
    after = "kind: Secret\nstringData: {password: hunter2-the-second}\n---\n" + _POD.format("hunter2-the-second")
    told = diff(rendered(before), rendered(after)).diagnostics
    assert any(line.code == "starts-canary" for line in told)
    assert "hunter2" not in " ".join(line.message for line in told)


_POD = """
kind: Rollout
spec:
  template:
    spec:
      containers:
      - name: web
        image: "registry/{0}"
        env: [{{name: P, value: "{0}"}}]
"""
