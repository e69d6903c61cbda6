"""Texts with template actions: as one expression, for another root, and compared part by part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.expressions import DOT, ROOT, parse
from rolloutgen.gotemplate.lexer import lex
from rolloutgen.gotemplate.template_text import (
    expression,
    find_pieces,
    is_quoted,
    pieces_of,
    printed_yaml,
    reroot_text,
    rest_behind,
    shift_indents,
    text_with_fields,
    unindented,
)
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Release, ValueSet


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('{{ include "x.fullname" . }}', 'include "x.fullname" .'),
        ("{{- .Values.name -}}", ".Values.name"),
        ('{{ template "x.name" . }}', 'include "x.name" .'),
        ("{{ .Values.name | quote }}", ".Values.name"),
        ('"{{ .Values.name }}"', ".Values.name"),
        ("{{ quote .Values.name }}", ".Values.name"),
        ("{{- .Values.name | quote | nindent 4 }}", ".Values.name"),
        ("{{ .Values.name | indent 2 }}-b", 'printf "%v-b" (.Values.name | indent 2)'),
        ('{{ squote (printf "%s-b" .Release.Name) }}', 'printf "%s-b" .Release.Name'),
        ("{{ quote (.Values.a) (.Values.b) }}", "quote (.Values.a) (.Values.b)"),
        ("web", '"web"'),
        ("'web'", '"web"'),
        ("{{ .Release.Name }}-web", 'printf "%s-web" .Release.Name'),
        ('{{ include "x" . }}-{{ .Values.tail }}', 'printf "%s-%v" (include "x" .) .Values.tail'),
        ("100%-{{ .Values.a }}", 'printf "100%%-%v" .Values.a'),
        ('{{ printf\n    "%s-b"\n  .Release.Name }}', 'printf "%s-b" .Release.Name'),
        ("{{/* why */}}web-{{ .Release.Name }}", 'printf "web-%s" .Release.Name'),
    ],
)
def test_a_value_becomes_the_expression_that_yields_it(value: str, code: str) -> None:
    found = expression(value)
    assert found is not None
    assert found.render() == code


@pytest.mark.parametrize(
    "value",
    [
        "{{ if .a }}x{{ end }}",
        "|\n  text",
        "{a: b}",
        "[a]",
        "&anchor x",
        "*alias",
        "{{ .a",
        "a {{ .b }}\n c",
        '"\\u0041"',
    ],
)
def test_what_is_more_than_a_value_has_no_expression(value: str) -> None:
    assert expression(value) is None


PARTS = st.lists(
    st.sampled_from(
        ["web", "-", "%", "{{ .Release.Name }}", "{{ .Values.port }}", '{{ include "t.name" . }}', "{{ .Values.s }}"]
    ),
    min_size=1,
    max_size=4,
).map("".join)


@given(PARTS.filter(lambda value: value[0] not in "-%"))
def test_the_expression_yields_what_the_value_renders_to(embedded: EmbeddedEngine, value: str) -> None:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: t\nversion: 1.0.0\n",
        "values.yaml": "port: 8080\ns: x-y\n",
        "templates/_helpers.tpl": '{{ define "t.name" }}tt{{ end }}',
        "templates/a.yaml": f"value: {value}\ncode: {{{{ {expression(value)} }}}}\n",
    }
    chart = Chart("t", {path: text.encode() for path, text in files.items()})
    (found,) = embedded.render(chart, ValueSet("x", {}, Release("rel", "ns"))).objects
    assert found.body["code"] == found.body["value"]


def test_within_a_loop_of_the_text_the_dot_is_another() -> None:
    text = "{{ range .Values.a }}{{ .b }}{{ end }}{{ if .Values.c }}{{ .Values.d }}{{ end }}{{/* .e */}}"
    expected = "{{ range $.Values.a }}{{ .b }}{{ end }}{{ if $.Values.c }}{{ $.Values.d }}{{ end }}{{/* .e */}}"
    assert reroot_text(text, ROOT) == expected
    assert reroot_text(text, DOT) == text
    assert reroot_text("{{if(eq .a 1)}}x{{end}}", ROOT) == "{{if (eq $.a 1)}}x{{end}}"


GIVEN = {"root": DOT, "name": parse('"web"'), "port": parse(".Values.port")}


def test_a_text_keeps_its_words_and_conditions() -> None:
    text = "{{- if .port }}\napp: {{ .name }}\n{{- end }}\nrelease: {{ .root.Release.Name }}\n{{/* . */}}"
    expected = "{{- if .Values.port }}\napp: web\n{{- end }}\nrelease: {{ .Release.Name }}\n{{/* . */}}"
    assert text_with_fields(text, GIVEN) == expected


@pytest.mark.parametrize("text", ["{{ with .port }}{{ . }}{{ end }}", "{{ range .port }}{{ end }}", "{{ .other }}"])
def test_a_text_that_moves_the_dot_or_reads_more_is_none(text: str) -> None:
    assert text_with_fields(text, GIVEN) is None


def test_the_pieces_of_a_text() -> None:
    assert pieces_of("a-{{ .b }}{{- .c -}}d") == ("a-", parse(".b"), "", parse(".c"), "d")
    assert pieces_of("web") == ("web",)
    assert pieces_of("{{ .a") == ("{{ .a",)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("{{ .Release.Name }}-web.ns.svc", "{{ $.Release.Name }}-web", ".ns.svc"),
        ('{{ include "x" $ }}.svc', "{{- template `x` . -}}", ".svc"),
        ("web.ns", "web", ".ns"),
        ("{{ .a }}", "{{ .b }}", None),
        ("a{{ .b }}", "{{ .b }}", None),
        ("{{ .b", "{{ .b }}", None),
    ],
)
def test_what_follows_behind_a_name(text: str, name: str, rest: str | None) -> None:
    assert rest_behind(text, pieces_of(name)) == rest


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("x-{{ .a }}-web:{{ $.a }}-web", "{{ .a }}-web", ["{{ .a }}-web", "{{ $.a }}-web"]),
        ("http://web {{ .web }} web", "web", ["web", "web"]),
        ("a-{{ .b }}c", "a-{{ .b }}d", []),
    ],
)
def test_where_a_name_stands_in_a_text(text: str, name: str, found: list[str]) -> None:
    assert [span.of(text) for span in find_pieces(text, lex(text), pieces_of(name))] == found


def test_what_only_says_how_a_value_is_printed() -> None:
    assert printed_yaml(parse("toYaml .a | trim | nindent 4")) == parse(".a")
    assert printed_yaml(parse(".a | toYaml")) == parse(".a")
    assert printed_yaml(parse(".a | quote")) is None
    assert unindented(parse(".a | indent 2")) == parse(".a")
    assert unindented(parse("trim .a")) == parse("trim .a")
    assert is_quoted(parse(".a | quote"))
    assert not is_quoted(parse("quote .a"))
    assert shift_indents("{{ . | nindent 4 }}", 2) == "{{ . | nindent 6 }}"
