"""From edits, new files, renames and defines to a new chart."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.assemble import HELPERS, assemble
from rolloutgen.convert.edits.operations import Define, EditFile, NewFile, Rename
from rolloutgen.text_edits import Edit, OverlapError, Span

CHART = Chart("t", {"templates/a.yaml": b"kind: A\r\n", "logo.png": b"\x89\x00"}, {"templates/a.yaml": 0o640})


def test_edits_of_a_renamed_file_name_the_old_path_and_its_mode_goes_along() -> None:
    edit = EditFile("templates/a.yaml", Edit(Span(6, 7), "B", "kind"))
    made = assemble(CHART, [edit, Rename("templates/a.yaml", "templates/b.yaml", "rename")])
    assert made.chart.files["templates/b.yaml"] == b"kind: B\r\n"
    assert "templates/a.yaml" not in made.chart.files
    assert made.chart.modes == {"templates/b.yaml": 0o640}
    (change,) = made.changes
    assert (change.path, change.action, change.to, change.codes) == (
        "templates/a.yaml", "renamed", "templates/b.yaml", ("kind", "rename"),
    )  # fmt: skip


def test_what_nobody_names_keeps_its_bytes() -> None:
    made = assemble(CHART, [NewFile("templates/n.yaml", "x: y\n", "new")])
    assert {path: made.chart.files[path] for path in CHART.files} == CHART.files
    assert [change.action for change in made.changes] == ["added"]


def test_texts_for_one_file_are_parted_unless_they_part_themselves() -> None:
    texts = ["kind: A\n", "kind: B\n", "{{- if .x }}\n---\nkind: C\n{{- end }}\n"]
    made = assemble(CHART, [NewFile("templates/n.yaml", text, "new") for text in texts])
    assert made.chart.text("templates/n.yaml") == "kind: A\n---\nkind: B\n{{- if .x }}\n---\nkind: C\n{{- end }}\n"


def test_a_define_given_twice_stands_once_in_the_helpers() -> None:
    define = Define("t.name", "x", "Its name.")
    text = assemble(CHART, [define, define, Define("t.more", "y", "More.")]).chart.text(HELPERS)
    assert text.count('define "t.name"') == 1
    assert text.index("t.name") < text.index("t.more")
    assert text.endswith("{{- end }}\n")


def test_helpers_give_way_to_a_file_that_is_renamed_to_their_name() -> None:
    chart = Chart("t", {"templates/_deployment.tpl": b"{{ define `x` }}{{ end }}"})
    made = assemble(chart, [Rename("templates/_deployment.tpl", HELPERS, "rename"), Define("t.name", "x", "Its name.")])
    assert made.chart.files[HELPERS] == b"{{ define `x` }}{{ end }}"
    assert any(b"t.name" in data for path, data in made.chart.files.items() if path != HELPERS)


def test_two_claims_on_the_same_characters_are_an_error() -> None:
    edits = [EditFile("templates/a.yaml", Edit(Span(0, 4), new, new)) for new in ("one", "two")]
    with pytest.raises(OverlapError, match=r"one.*two"):
        assemble(CHART, edits)
