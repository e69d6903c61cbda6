"""What calls hand over, and where the root context is in it."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.calls import TemplatePosition, calls_of, meaning, root_at
from rolloutgen.gotemplate.expressions import ROOT, parse
from rolloutgen.gotemplate.sources import Sources, read_sources


def sources(define: str, *calls: str, more: str = "") -> Sources:
    files = {"_x.tpl": f'{{{{ define "x" }}}}{define}{{{{ end }}}}\n{more}', "y.yaml": "\n".join(calls)}
    return read_sources(
        Chart(
            "t",
            {
                "Chart.yaml": b"name: t\nversion: 1.0.0\n",
                **{f"templates/{name}": text.encode() for name, text in files.items()},
            },
        )
    )


def place(found: Sources) -> TemplatePosition:
    source = found.files["templates/_x.tpl"]
    return TemplatePosition(source, source.text.index("HERE"))


def root(define: str, *calls: str, more: str = "") -> str | None:
    found = sources(define, *calls, more=more)
    code = root_at(place(found), found)
    return None if code is None else code.render()


@pytest.mark.parametrize(
    ("define", "call", "expected"),
    [
        ("HERE", '{{ include "x" (dict "root" $ "name" "a") }}', ".root"),
        ("HERE", '{{ template "x" dict "root" . }}', ".root"),
        ("HERE", '{{ include "x" (list . "a") }}', "(index . 0)"),
        ("HERE", '{{ list "a" $ | include "x" | indent 2 }}', "(index . 1)"),
        ("HERE", '{{ include "x" (dict "a" (dict "root" $)) }}', ".a.root"),
        ("HERE", '{{ include "x" (merge (dict "name" "a") .) }}', "."),
        ("HERE", '{{ include "x" (set (deepCopy .) "name" "a") }}', "."),
        ("HERE", '{{ include "x" (dict "Values" .Values "Release" .Release) }}', "."),
        ("HERE", '{{ $all := . }}{{ range .Values.a }}{{ include "x" (list $all .) }}{{ end }}', "(index . 0)"),
        ("HERE", '{{ $given := dict "root" $ }}{{ include "x" $given }}', ".root"),
        ("{{ with index . 0 }}HERE{{ end }}", '{{ include "x" (list . "a") }}', "."),
        ("{{ $top := index . 0 }}HERE", '{{ include "x" (list . "a") }}', "$top"),
        ("{{ $ := index . 0 }}HERE", '{{ include "x" (list . "a") }}', "$"),
        ("{{ range .parts }}HERE{{ end }}", '{{ include "x" (dict "root" $) }}', "$.root"),
    ],
)
def test_the_root_is_found_in_what_a_call_hands_over(define: str, call: str, expected: str) -> None:
    assert root(define, call) == expected


@pytest.mark.parametrize(
    "call",
    [
        '{{ include "x" .Values.a }}',
        '{{ include "x" (dict "name" "a") }}',
        '{{ range .Values.a }}{{ include "x" (dict "root" .) }}{{ end }}',
        '{{ include "x" (merge (dict "Values" .Values.a) .) }}',  # its values are not those of the chart
        '{{ include "x" (merge .Values.a .) }}',  # what these values hide is not known
        '{{ $it := dict "root" . }}{{ if .Values.a }}{{ $it = .Values.a }}{{ end }}{{ include "x" $it }}',
        '{{ include "x" (dict "root" $) }}{{ include "x" (dict "context" $) }}',
        '{{ include "x" (dict "root" $) }}{{ include "x" (}}',
    ],
)
def test_the_root_is_not_guessed(call: str) -> None:
    assert root("HERE", call) is None


def test_a_define_hands_on_what_it_is_handed() -> None:
    more = '{{ define "outer" }}{{ include "x" (dict "root" .context "name" "a") }}{{ end }}'
    assert root("HERE", '{{ include "outer" (dict "context" $) }}', more=more) == ".root"


def test_defines_that_call_each_other_have_no_root_without_a_call_from_outside() -> None:
    assert root('HERE{{ include "x" . }}') is None


def test_comments_call_nothing() -> None:
    found = sources("HERE", '{{/* {{ include "x" (list 1) */}}{{ include "x" (list .) }}')
    assert len(calls_of("x", found)) == 1


def test_what_an_expression_means_to_the_caller() -> None:
    found = sources(
        "{{ $n := index . 1 }}{{ with index . 0 }}HERE{{ end }}",
        '{{ range $key, $value := .Values.parts }}{{ include "x" (list $ $key) }}{{ end }}',
    )
    (call,) = calls_of("x", found)
    handed = meaning(call.argument, call.place, ROOT)
    assert handed is not None

    def said(code: str) -> object:
        return meaning(parse(code), place(found), handed)

    assert said(".Release.Name") == parse("$.Release.Name")
    name = said("$n")
    assert name is not None
    assert name == handed.parts[1]
    assert said("$unknown") is None
    assert said("no (expression") is None
