"""Sites, their marks, and what marking does to renders: nothing."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.sources import MARKER, instrument, read_sources, with_sites
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Rendered
from tests.charts.case import Case, cases

CASES = [case for case in cases() if not case.error]


# Their objects are others at each render.
RANDOM = {"random-secret", "random-label-of-the-service", "config-that-stays"}


def chart(**templates: str) -> Chart:
    files = {f"templates/{name}.yaml": text.encode() for name, text in templates.items()}
    return Chart("t", {"Chart.yaml": b"name: t\nversion: 1.0.0\n", **files})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_marks_survive_rendering_and_change_no_object(case: Case, embedded: EmbeddedEngine) -> None:
    before = case.before
    sources = read_sources(before)
    marked = instrument(sources)
    for value_set in case.sets():
        plain, seen = (next(embedded.render_all(version, [value_set])) for version in (before, marked))
        assert isinstance(plain, Rendered) == isinstance(seen, Rendered)
        if not isinstance(plain, Rendered) or not isinstance(seen, Rendered) or case.name in RANDOM:
            continue
        assert [(m.ref, m.body, m.template) for m in seen.objects] == [
            (m.ref, m.body, m.template) for m in plain.objects
        ]
        for manifest in with_sites(seen, sources).objects:
            library = case.name == "library-define" and manifest.ref.kind == "Deployment"
            # An item that an action prints has no place, nor has JSON.
            listed = case.name in ("list-of-printed-items", "deployment-in-json")
            own = manifest.template.startswith("templates/") and not library and not listed
            assert bool(manifest.site) is own, manifest.ref
            if own:
                kinds = sources.sites[manifest.site].kinds()
                assert manifest.ref.kind in kinds or any("{{" in kind for kind in kinds)


def test_each_document_with_a_kind_is_a_site_named_by_file_and_position() -> None:
    sources = read_sources(chart(a="kind: A\n---\n# nothing\n---\nkind: B\n", b="x: y\n"))
    assert list(sources.sites) == ["templates/a.yaml#0", "templates/a.yaml#1"]
    assert [site.line for site in sources.sites.values()] == [1, 5]


@pytest.mark.parametrize(
    "line",
    [
        "kind: ConfigMap",  # its text may be hashed into a pod template
        "kind: {{ .Values.kind -}}",  # the mark would swallow what follows
        "kind:",
    ],
)
def test_a_kind_that_a_mark_could_spoil_stays_unmarked(line: str) -> None:
    assert (
        MARKER.encode() not in instrument(read_sources(chart(a=f"{line}\nmetadata: {{}}\n"))).files["templates/a.yaml"]
    )


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("kind: A", "kind: A"),
        ("kind: A # why", "kind: A"),
        ("kind: A \t", "kind: A"),
        ("kind: '{{ .Values.k }}'", "kind: '{{ .Values.k }}'"),
        ("kind: A\r", "kind: A"),
        ("kind: {{ if .Values.k }}A{{ else }}B{{ end }} # or", "kind: {{ if .Values.k }}A{{ else }}B{{ end }}"),
    ],
)
def test_a_kind_is_marked_right_behind_its_value(line: str, value: str) -> None:
    text = instrument(read_sources(chart(a=f"{line}\nmetadata: {{}}\n"))).text("templates/a.yaml")
    assert text == f"{value} {MARKER}templates/a.yaml#0{line.removeprefix(value)}\nmetadata: {{}}\n"


def test_notes_and_files_that_are_no_templates_have_no_sites() -> None:
    files = {
        "Chart.yaml": b"name: t\nversion: 1.0.0\n",
        "templates/NOTES.txt": b"kind: A\n",
        "templates/logo.png": b"\x89",
    }
    assert not read_sources(Chart("t", files)).sites
