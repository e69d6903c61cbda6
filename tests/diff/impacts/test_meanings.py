"""Every meaning says what its examples expect, and nothing of the examples without a line; ids fit files and docs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rolloutgen.diff.diff import ImpactExample, diff, impacts
from rolloutgen.model import Release, Rendered, ValueSet
from tests.lint.rules.scenery import NAMESPACE, bodies, objects

ALL = impacts()
EXAMPLES = [(name, index) for name, plugin in ALL.items() for index in range(len(plugin.value.examples))]


def rendered(text: str) -> Rendered:
    """A release from an example's text, completed as the lint rules' examples are."""
    made = objects(bodies(text)) if text.strip() else ()
    return Rendered(ValueSet("example", {}, Release("demo", NAMESPACE)), {}, made, {})


def lines(example: ImpactExample, rule: str) -> list[str]:
    """What one meaning says of an example."""
    found = diff(rendered(example.before), rendered(example.after), deployer=example.deployer)
    return [told.message for told in found.diagnostics if told.code == rule]


@pytest.mark.parametrize(("name", "index"), EXAMPLES)
def test_an_example_gets_the_line_that_it_expects(name: str, index: int) -> None:
    example = ALL[name].value.examples[index]
    said = lines(example, name)
    assert bool(said) == bool(example.says), said
    for part in example.says:
        assert part in " | ".join(said)


@pytest.mark.parametrize("name", ALL)
def test_a_meaning_says_nothing_where_nothing_changed(name: str) -> None:
    for example in ALL[name].value.examples:
        same = replace(example, after=example.before)
        assert lines(same, name) == []


@pytest.mark.parametrize("name", ALL)
def test_a_meaning_has_examples_for_speaking_and_for_silence(name: str) -> None:
    kinds = {bool(example.says) for example in ALL[name].value.examples}
    assert kinds == {True, False}
    assert not re.search(r"\bsee docs\b", ALL[name].doc.why)


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
