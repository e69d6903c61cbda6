"""Values that conditions choose, as an expression and as a text."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.conditions import of_branches, read_choice


@pytest.mark.parametrize(
    ("value", "expression", "text"),
    [
        (
            'web{{- if not (eq .Values.r "") }}-{{ .Values.r }}{{- end }}',
            'printf "web%v" (ternary (printf "-%v" .Values.r) "" (not (eq .Values.r "")))',
            'web{{ if not (eq .Values.r "") }}-{{ .Values.r }}{{ end }}',
        ),
        # `ternary` takes a boolean, so any other condition is turned round;
        (
            "{{ if .Values.a }}x{{ else }}y{{ end }}",
            'ternary "y" "x" (not .Values.a)',
            "{{ if .Values.a }}x{{ else }}y{{ end }}",
        ),
        # a value that is its own condition has a default;
        (
            '{{ if .Values.a }}{{ .Values.a | quote }}{{ else }}{{ template "f" . }}{{ end }}',
            'default (include "f" .) .Values.a',
            '{{ if .Values.a }}{{ .Values.a }}{{ else }}{{ include "f" . }}{{ end }}',
        ),
        # blanks and quotes at the ends of branches mean nothing where the condition is the whole value;
        (
            "{{ if .Values.a -}} \"a\" {{- else if .Values.b }} {{ .Values.b }}-b {{ else }}'c' {{ end }}",
            'ternary (ternary "c" (printf "%v-b" .Values.b) (not .Values.b)) "a" (not .Values.a)',
            "{{ if .Values.a }}a{{ else if .Values.b }}{{ .Values.b }}-b{{ else }}c{{ end }}",
        ),
        ('"a{{ if .x }}{{/* why */}}b{{ end }}"', 'printf "a%v" (ternary "" "b" (not .x))', "a{{ if .x }}b{{ end }}"),
    ],
)
def test_both_forms_say_the_same(value: str, expression: str, text: str) -> None:
    choice = read_choice(value)
    assert choice is not None
    assert (choice.expression().render(), choice.text()) == (expression, text)


@pytest.mark.parametrize(
    "value",
    [
        "{{ .Release.Name }}",
        "{{ with .x }}{{ . }}{{ end }}",
        "{{ range .x }}{{ . }}{{ end }}",
        "a{{ if .x }} b{{ end }}",
        "{{ if .x }}a",
        "{{ if .x }}{{ $y := 1 }}a{{ end }}",
        "{{ if .x }}[a]{{ end }}",
    ],
)
def test_what_is_no_choice_of_names_is_none(value: str) -> None:
    assert read_choice(value) is None


def test_branches_with_a_value_each_are_a_choice() -> None:
    choice = of_branches(["if .a", "else"], ["{{ .a }}-web", '"web"'])
    assert choice is not None
    assert choice.text() == "{{ if .a }}{{ .a }}-web{{ else }}web{{ end }}"
    assert of_branches(["with .a", "else"], ["{{ . }}", "b"]) is None
