"""Chart.yaml: the version goes up, and the change is listed in the shape that the list already has."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.assemble import assemble
from rolloutgen.convert.edits.chart_yaml import ENTRY, bump_chart_yaml, bumped

HEAD = "name: web\nversion: 1.2.3\n"


def _changed(text: str, part: str = "minor") -> str:
    chart = Chart("web", {"Chart.yaml": text.encode()})
    return assemble(chart, bump_chart_yaml(chart, part)).chart.text("Chart.yaml")


@pytest.mark.parametrize(
    ("version", "part", "new"),
    [
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3-rc.1", "patch", "1.2.4"),
        ("v1.2", "major", "v2.0.0"),
        ("1.2.3", "none", "1.2.3"),
    ],
)
def test_the_version_goes_up(version: str, part: str, new: str) -> None:
    assert bumped(version, part) == new


def test_a_list_of_sentences_gets_a_sentence() -> None:
    before = HEAD + 'annotations:\n  artifacthub.io/changes: |\n    - Faster start\n    - "Fewer: logs"\n'
    after = HEAD.replace("1.2.3", "1.3.0") + (
        f'annotations:\n  artifacthub.io/changes: |\n    - {ENTRY}\n    - Faster start\n    - "Fewer: logs"\n'
    )
    assert _changed(before) == after


def test_a_list_of_objects_gets_an_object() -> None:
    before = HEAD + "annotations:\n  artifacthub.io/changes: |\n    - kind: added\n      description: A probe\n"
    assert (
        f"changes: |\n    - kind: changed\n      description: {ENTRY}\n    - kind: added\n      description: A probe\n"
        in _changed(before)
    )


def test_no_bump_changes_nothing() -> None:
    assert _changed(HEAD, "none") == HEAD
