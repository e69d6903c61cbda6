"""From the text of a YAML value to a template expression, and what an expression depends on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.expressions import expression, free_variables, grouped, included, reads_dot, unwrapped
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
    assert expression(value) == code


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


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("(.Values.a)", ".Values.a"),
        ('((include "x" .))', 'include "x" .'),
        ('printf "%s-a" (include "x" .)', 'printf "%s-a" (include "x" .)'),
        ('(include "x" .) | default (include "y" .)', '(include "x" .) | default (include "y" .)'),
        ('(include "x" .) (include "y" .)', '(include "x" .) (include "y" .)'),
        ('(printf "(%s)" .x)', 'printf "(%s)" .x'),
    ],
)
def test_only_parentheses_around_all_of_it_go(code: str, bare: str) -> None:
    assert unwrapped(code) == bare


def test_grouping_parenthesises_what_is_more_than_a_word() -> None:
    assert grouped(".Values.a") == ".Values.a"
    assert grouped('"a b"') == '"a b"'
    assert grouped('include "x" .') == '(include "x" .)'


@pytest.mark.parametrize(
    ("code", "names"),
    [("$x.y", {"x"}), ("$.Values.a", set()), ('printf "$x" $y', {"y"}), ("include $a (list $b $)", {"a", "b"})],
)
def test_the_variables_that_an_expression_reads(code: str, names: set[str]) -> None:
    assert free_variables(code) == names


@pytest.mark.parametrize(
    ("code", "reads"),
    [(".", True), (".Values.a", True), ("$.Values.a", False), ('include "a.b" $', False), ('include "a" .', True),
     ("(index $ 0).b", False), ("$x.y", False)],
)  # fmt: skip
def test_whether_an_expression_reads_the_dot(code: str, reads: bool) -> None:
    assert reads_dot(code) is reads


def test_the_define_that_an_action_calls() -> None:
    assert included(' include "x.y" . | nindent 2') == "x.y"
    assert included(" template `z` $") == "z"
    assert included(" include $name .") == ""
