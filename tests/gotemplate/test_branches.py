"""Marks of branches: what a render went through, and that it is the same render."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.branches import find_branches, mark_branches, take_marks, with_branch_list
from rolloutgen.gotemplate.sources import instrument, read_sources
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import ValueSet

CHART = b"apiVersion: v2\nname: demo\nversion: 1.0.0\n"


def chart(template: str, helpers: str = "", values: str = "") -> Chart:
    files = {"Chart.yaml": CHART, "values.yaml": values.encode(), "templates/a.yaml": template.encode()}
    if helpers:
        files["templates/_helpers.tpl"] = helpers.encode()
    return Chart("demo", files)


def seen(given: Chart) -> dict[str, bool]:
    """For each branch, by its text, whether a render with the defaults goes through it."""
    sources = read_sources(given)
    branches = find_branches(sources)
    marked = with_branch_list(instrument(sources, mark_branches(sources, branches)))
    engine = EmbeddedEngine()
    plain = engine.render(given, ValueSet("defaults"))
    rendered, marks = take_marks(engine.render(marked, ValueSet("defaults")))
    assert rendered.files == plain.files
    return {f"{branch.line} {branch.code}": branch.number in marks for branch in branches}


TABLE = {
    "arms of a chain": (
        "{{- if .Values.a }}\na: 1\n{{- else if .Values.b }}\na: 2\n{{- else }}\na: 3\n{{- end }}\n",
        "",
        "a: false\nb: true\n",
        {"1 if .Values.a": False, "3 else if .Values.b": True, "5 else": False},
    ),
    "trimmed on both sides": (
        "a: {{ if .Values.a -}}   x {{- else -}}   y {{- end }}\n",
        "",
        "a: true\n",
        {"1 if .Values.a": True, "1 else": False},
    ),
    "a loop over nothing": (
        "{{ range .Values.a }}{{ . }}{{ else }}a: none{{ end }}\n",
        "",
        "a: []\n",
        {"1 range .Values.a": False, "1 else": True},
    ),
    "a define called with the root": (
        'a: {{ include "x" . }}\n',
        '{{ define "x" }}{{ if .Values.a }}1{{ else }}2{{ end }}{{ end }}',
        "a: true\n",
        {"1 if .Values.a": True, "1 else": False},
    ),
    "a define called with a dict or a list that holds the root": (
        'a: {{ include "x" (dict "root" $ "b" 1) }}\nb: {{ include "y" (list 1 $) }}\n',
        '{{ define "x" }}{{ if .b }}1{{ end }}{{ end }}\n{{ define "y" }}{{ with . }}1{{ end }}{{ end }}',
        "",
        {"1 if .b": True, "2 with .": True},
    ),
    "what cannot be rendered does not count": (
        '{{ if .Values.bad }}{{ fail "no" }}{{ end }}{{ if .Chart.AppVersion }}a: 1{{ end }}\n',
        '{{ define "unused" }}{{ if .x }}1{{ end }}{{ end }}',
        "",
        {},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_marks_tell_the_branches(name: str) -> None:
    template, helpers, values, expected = TABLE[name]
    assert seen(chart(template, helpers, values)) == expected
