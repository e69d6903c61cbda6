"""The cases of the lint rules: the two examples of each rule, and those of cases/<code>.yaml.

Such a file has `covers`, the rows of the list in test_parity.py that the rule answers ([] for none), and the lists
`good` and `bad`. A case has `text`, the objects as YAML (see `rolloutgen.lint.rule.Example`), and may have `about`,
`deployer`, `sources` and `files`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
import yaml

from rolloutgen.lint.rule import Example, Rule
from rolloutgen.registry import Plugin, load
from tests.lint.rules import scenery

FOLDER = Path(__file__).parent / "cases"
PLUGINS: Mapping[str, Plugin[Rule]] = load("rolloutgen.lint.rules", "RULE", Rule)
Sort = Literal["good", "bad"]


class Case(NamedTuple):
    """One example of a rule, with the name that a test shows."""

    name: str
    plugin: Plugin[Rule]
    sort: Sort
    example: Example


def cases(*sorts: Sort) -> Iterator[Case]:
    """All cases of these sorts, in order of the rules."""
    for code, plugin in PLUGINS.items():
        for sort in sorts:
            own = plugin.value.good if sort == "good" else plugin.value.bad
            if own is not None:
                yield Case(f"{code}-{sort}", plugin, sort, scenery.as_example(own))
            for number, given in enumerate(case_file(code).get(sort, []), 1):
                fields = {name: value for name, value in given.items() if name != "about"}
                yield Case(f"{code}-{sort}-{number}", plugin, sort, Example(**fields))


def parameters(*sorts: Sort) -> list[Any]:
    """The cases of these sorts as parameters of a test that takes `case`."""
    return [pytest.param(case, id=case.name) for case in cases(*sorts)]


@cache
def case_file(code: str) -> Mapping[str, Any]:
    """The file of cases of a rule, as read."""
    read: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{code}.yaml").read_text("utf-8"))
    return read


def covered() -> Mapping[str, list[int | str]]:
    """The rows that each rule answers, by its code."""
    return {code: case_file(code)["covers"] for code in PLUGINS}
