"""Every rule: its cases, its code, its docstring. And none falls over what no schema would let pass."""

from __future__ import annotations

import ast
import copy
import operator
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Rule
from rolloutgen.lint.run_rules import lint
from rolloutgen.registry import Plugin, PluginError, read_doc
from tests.lint.rules import scenery
from tests.lint.rules.rule_cases import FOLDER, PLUGINS, Case, case_file, cases, parameters

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.yaml"))
VIEWS = [scenery.view(case.example) for case in cases("good", "bad")]
CODE = operator.attrgetter("code")
CODES_OF_THE_LINTER = {"unused-suppression", "suppression-without-reason"}


@pytest.mark.parametrize("case", parameters("bad"))
def test_a_bad_case_breaks_its_rule(case: Case) -> None:
    assert list(case.plugin.value.findings(scenery.view(case.example, schemas=True)))


@pytest.mark.parametrize("case", parameters("good"))
def test_a_good_case_keeps_its_rule(case: Case) -> None:
    assert not list(case.plugin.value.findings(scenery.view(case.example, schemas=True)))


@pytest.mark.parametrize("case", parameters("bad"))
def test_one_fault_is_reported_once(case: Case) -> None:
    found = lint([scenery.view(case.example)])
    own = {(one.ref, one.at) for one in found if one.code == case.plugin.code and one.at}
    assert not [one for one in found if one.code != case.plugin.code and (one.ref, one.at) in own]


@pytest.mark.parametrize("plugin", [one for one in PLUGINS.values() if one.value.kinds != ("*",)], ids=CODE)
def test_a_rule_finds_nothing_where_its_kinds_are_not(plugin: Plugin[Rule]) -> None:
    for view in VIEWS:
        others = tuple(one for one in view.objects if one.ref.kind not in plugin.value.kinds)
        assert not list(plugin.value.findings(view._replace(objects=others)))


def test_the_kinds_of_a_rule_are_read_from_its_source_without_an_import() -> None:
    code = (
        "import sys; from rolloutgen.lint.run_rules import kinds_of; from rolloutgen.registry import codes\n"
        "print([[one, *kinds_of(one)] for one in codes('rolloutgen.lint.rules')])\n"
        "print([name for name in sys.modules if name.startswith('rolloutgen.lint.rules.')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kinds, imported = ended.stdout.splitlines()
    assert ast.literal_eval(kinds) == [[one.code, *one.value.kinds] for one in PLUGINS.values()]
    assert imported == "[]"


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_sound_release_breaks_no_rule(path: Path) -> None:
    manifests = parse_rendered({"templates/all.yaml": path.read_text("utf-8")})
    assert lint([ReleaseView(manifests, deployer="helm3")]) == ()


def test_every_file_of_cases_is_of_a_rule() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PLUGINS)


@pytest.mark.parametrize("code", PLUGINS)
def test_a_file_of_cases_is_whole(code: str) -> None:
    read = case_file(code)
    assert "covers" in read and read.keys() <= {"covers", "good", "bad"}
    for case in [*read.get("good", []), *read.get("bad", [])]:
        assert case.keys() & {"text", "sources"} and case.keys() <= {"about", "text", "deployer", "sources", "files"}


@pytest.mark.parametrize("plugin", PLUGINS.values(), ids=CODE)
def test_a_rule_is_whole(plugin: Plugin[Rule]) -> None:
    assert plugin.value.good
    assert bool(plugin.value.bad) == (plugin.code not in CODES_OF_THE_LINTER)
    assert plugin.doc.summary.endswith(".")
    assert all(part.endswith((".", "?")) for part in (plugin.doc.why, plugin.doc.fix, plugin.doc.source)), plugin.doc


@pytest.mark.parametrize("case", parameters("bad"))
def test_a_finding_points_into_the_object_that_it_names(case: Case) -> None:
    view = scenery.view(case.example, schemas=True)
    for finding in case.plugin.value.findings(view):
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
    for case in cases("bad"):
        documents = scenery.bodies(case.example)
        for document in documents:
            _spoil(document, chance)
        view = ReleaseView(scenery.objects(documents), sources=dict(case.example.sources))
        for plugin in PLUGINS.values():
            list(plugin.value.findings(view))


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
