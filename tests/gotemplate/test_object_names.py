"""The expression of an object's name, and the same without the variables of its place."""

from __future__ import annotations

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.expressions import parse
from rolloutgen.gotemplate.object_names import resolved
from rolloutgen.gotemplate.scope import scope_at
from rolloutgen.gotemplate.sources import read_sources


def without_variables(text: str, code: str) -> str:
    chart = Chart("t", {"Chart.yaml": b"name: t\nversion: 1.0.0\n", "templates/x.yaml": text.encode()})
    source = read_sources(chart).files["templates/x.yaml"]
    return resolved(parse(code), scope_at(source, source.text.index("HERE"))).render()


def test_a_variable_is_replaced_by_what_it_is_set_to_with_what_that_reads_in_turn() -> None:
    text = '{{ $a := "x" }}\n{{ $b := printf "%s-y" $a }}\nHERE'
    assert without_variables(text, "$b") == 'printf "%s-y" "x"'
    assert without_variables(text, 'printf "%s-z" $b') == 'printf "%s-z" (printf "%s-y" "x")'
    assert without_variables(text, "$bc") == "$bc"


def test_what_a_loop_declares_stays() -> None:
    text = '{{ range $name, $part := .Values.a }}\n{{ $full := printf "%s-%s" $part.team $name }}\nHERE\n{{ end }}'
    assert without_variables(text, "$full") == 'printf "%s-%s" $part.team $name'


def test_the_dot_of_another_place_is_not_taken_along() -> None:
    text = "{{ $it := .Values.name }}\n{{ range .Values.parts }}\nHERE\n{{ end }}"
    assert without_variables(text, "$it") == "$it"
    assert without_variables(text.replace("= .V", "= $.V"), "$it") == "$.Values.name"


def test_what_a_condition_sets_stays() -> None:
    assert without_variables('{{ $a := "x" }}\n{{ if .Values.b }}\n{{ $a = "y" }}\n{{ end }}\nHERE', "$a") == "$a"
