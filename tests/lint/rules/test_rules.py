"""Every rule: its examples, its id, its docstring. And none falls over what no schema would let pass."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Example, Rule
from rolloutgen.registry import Plugin, PluginError, load, read_doc
from tests.lint.rules import scenery

PLUGINS = load("rolloutgen.lint.rules", "RULE", Rule)
FROM_SCHEMAS = {"unknown-field", "schema", "no-schema", "null-in-custom-resource", "duplicate-list-key"}
SAID_BY_THE_LINTER = {"unused-suppression", "suppression-without-reason"}


def fired(view: ReleaseView) -> dict[str, list[str]]:
    """The messages of all rules about a render, by rule."""
    said: dict[str, list[str]] = {}
    for plugin in PLUGINS.values():
        for finding in plugin.value.findings(view):
            said.setdefault(finding.code, []).append(f"{finding.ref} {finding.at}: {finding.message}")
    return said


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(plugin, example, id=f"{plugin.code}-{number}")
        for plugin in PLUGINS.values()
        for number, example in enumerate(getattr(plugin.value, kind))
    ]


@pytest.mark.parametrize(("plugin", "example"), examples("bad"))
def test_a_bad_example_breaks_this_rule_only(plugin: Plugin[Rule], example: str | Example) -> None:
    said = fired(scenery.view(example, schemas=plugin.code in FROM_SCHEMAS))
    assert set(said) == {plugin.code}, said


@pytest.mark.parametrize(("plugin", "example"), examples("good"))
def test_a_good_example_breaks_no_rule(plugin: Plugin[Rule], example: str | Example) -> None:
    assert fired(scenery.view(example, schemas=plugin.code in FROM_SCHEMAS)) == {}


@pytest.mark.parametrize("plugin", PLUGINS.values(), ids=lambda plugin: plugin.code)
def test_a_rule_is_whole(plugin: Plugin[Rule]) -> None:
    assert plugin.value.good
    assert bool(plugin.value.bad) == (plugin.code not in SAID_BY_THE_LINTER)
    assert plugin.doc.summary.endswith(".")
    assert all(part.endswith((".", "?")) for part in (plugin.doc.why, plugin.doc.fix, plugin.doc.source)), plugin.doc


@pytest.mark.parametrize(("plugin", "example"), examples("bad"))
def test_a_finding_points_into_the_object_that_it_names(plugin: Plugin[Rule], example: str | Example) -> None:
    view = scenery.view(example, schemas=plugin.code in FROM_SCHEMAS)
    findings = list(plugin.value.findings(view))
    assert findings
    for finding in findings:
        if finding.ref is None:
            assert finding.path and finding.line > 0
            continue
        subject = next(m for m in view.objects if m.ref == finding.ref)
        assert finding.path == subject.template
        value: Any = subject.body
        for depth, step in enumerate(finding.at):
            there = step in value if isinstance(value, dict) else isinstance(value, list) and step < len(value)
            assert there or depth >= len(finding.at) - 2, (finding.at, step)
            value = value[step] if there else None


@pytest.mark.parametrize("seed", range(12))
def test_no_rule_falls_over_wrong_types(seed: int) -> None:
    chance = random.Random(seed)
    for plugin in PLUGINS.values():
        for example in plugin.value.bad:
            documents = scenery.bodies(example)
            for document in documents:
                _spoil(document, chance)
            fired_view = ReleaseView(scenery.objects(documents), sources=dict(scenery.as_example(example).sources))
            for other in PLUGINS.values():
                list(other.value.findings(fired_view))


_ODD = [None, 7, -1, 1.5, True, "", "x y", [], {}, [1], [None], {"a": 1}, [[{}]]]


def _spoil(document: dict[str, Any], chance: random.Random) -> None:
    places = [place for place in _places(document) if place[1] not in ("kind", "apiVersion", "metadata")]
    for holder, key in chance.sample(places, min(3, len(places))):
        holder[key] = copy.deepcopy(chance.choice(_ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in list(entries):
        yield value, key
        yield from _places(entry)


def test_a_docstring_without_a_part_is_refused() -> None:
    with pytest.raises(PluginError, match="Fix"):
        read_doc("The fault.\n\nWhy: because.\nSource: here.", "somewhere")


def test_parts_of_a_docstring_run_over_lines() -> None:
    doc = read_doc("The fault.\n\nWhy: because\n    of that.\nFix: do\n    this.\nSource: here.\n", "somewhere")
    assert (doc.summary, doc.why, doc.fix, doc.source) == ("The fault.", "because of that.", "do this.", "here.")
