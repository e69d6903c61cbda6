"""Sites, their marks, and what marking does to renders: nothing."""

from __future__ import annotations

import io
import tarfile

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.sources import MARKER, define_columns, instrument, maker, read_sources, with_sites
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{- define "a" }}\n  app: x\n{{- end }}', {"a": 2}),
        # what stands before the first text may not print,
        ('{{- define "a" }}\n{{- /* why */}}\n  {{- if .b }}\n    app: x\n  {{- end }}\n{{ end }}', {"a": 4}),
        # a marker eats the blanks,
        ('{{- define "a" -}}\n  app: x\n{{- end }}', {}),
        ('{{- define "a" }}\n{{- $x := 1 -}}\n  app: x\n{{- end }}', {}),
        # an action that prints may bring a column of its own,
        ('{{- define "a" }}\n  {{ include "b" . }}\n{{- end }}', {}),
        # a name is no line.
        ('{{- define "a" }}  x{{ end }}', {}),
        ('{{- define "a" }}{{ end }}', {}),
    ],
)
def test_only_text_that_keeps_its_blanks_has_a_column(text: str, expected: dict[str, int]) -> None:
    assert define_columns([parse(text)]) == expected


OWN = {
    "Chart.yaml": b"apiVersion: v2\nname: wiki\nversion: 1.0.0\n",
    "templates/all.yaml": b'{{ include "wiki.all" . }}\n',
    "templates/_wiki.tpl": b'{{ define "wiki.all" }}{{ include "parts.labels" . }}\n'
    b'{{ include "parts.app" . }}{{ end }}\n',
    "templates/list.yaml": b'kind: List\nitems:\n  - labels: {{ include "parts.labels" . }}\n',
    "templates/named.yaml": b'{{ include (printf "%s.app" .Values.library) . }}\n',
}
LIBRARY = {
    "Chart.yaml": b"apiVersion: v2\nname: parts\nversion: 2.0.0\ntype: library\n",
    "templates/_labels.tpl": b'{{ define "parts.labels" }}app: x{{ end }}\n',
    "templates/_app.tpl": b'{{ define "parts.app" }}{{ include "parts.deployment" . }}{{ end }}\n'
    b'{{ define "parts.deployment" }}\nkind: Deployment\n{{ end }}\n',
}


def who(path: str, kind: str = "Deployment", *, packed: bool = False) -> str:
    unpacked = {f"charts/parts/{name}": data for name, data in LIBRARY.items()}
    return maker(read_sources(Chart("", {**OWN, **(archive() if packed else unpacked)})), path, kind)


def archive() -> dict[str, bytes]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in LIBRARY.items():
            entry = tarfile.TarInfo(f"parts/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return {"charts/parts-2.0.0.tgz": out.getvalue()}


def test_a_library_is_found_through_the_charts_own_define() -> None:
    assert who("templates/all.yaml") == "the dependency parts (`parts.app`)"


def test_a_packed_library_too() -> None:
    assert who("templates/all.yaml", packed=True) == "the dependency parts (`parts.app`)"


def test_a_library_that_knows_no_such_kind_is_not_blamed() -> None:
    assert "dependency" not in who("templates/all.yaml", "Service")


def test_a_name_that_is_put_together_leads_to_the_library_with_that_kind() -> None:
    assert who("templates/named.yaml") == "the dependency parts"


def test_a_template_of_a_dependency_names_it() -> None:
    assert who("charts/parts/templates/app.yaml") == "the dependency parts"
