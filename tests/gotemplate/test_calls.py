"""What calls hand over, and where the root context is in it."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.calls import TemplatePosition, calls_of, dict_entries, meaning, root_at, told, told_text
from rolloutgen.gotemplate.expressions import ROOT, read
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
    return root_at(place(found), found)


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
        tree = read(code)
        assert tree is not None
        return meaning(tree, place(found), handed)

    assert said(".Release.Name") == read("$.Release.Name")
    name = said("$n")
    assert name is not None
    assert name == handed.parts[1]
    assert said("$unknown") is None


def test_a_call_hands_over_values_by_key() -> None:
    call = 'include "a.b" (dict "root" . "name" (printf "%s-)" .x) "size" 3) | nindent 4'
    assert dict_entries(call, "a.b") == {"root": ".", "name": '(printf "%s-)" .x)', "size": "3"}


@pytest.mark.parametrize("call", ['include "a.b" .', 'include "a.b" (dict "root")', 'include "a.b" (dict $k .)'])
def test_other_calls_hand_over_nothing_that_is_known(call: str) -> None:
    assert dict_entries(call, "a.b") is None


GIVEN = {"root": ".", "name": '"web"', "port": ".Values.port", "made": "(list 1)"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (".root.Values.x", ".Values.x"),
        ("$.root.Values.x", ".Values.x"),
        ('include "a.b" .root', 'include "a.b" .'),
        ('printf "%s.root-%s" .root.Release.Name .name', 'printf "%s.root-%s" .Release.Name "web"'),
        ("add .port 1", "add .Values.port 1"),
        ("first .made", "first (list 1)"),
    ],
)
def test_code_reads_as_the_caller_would_write_it(code: str, expected: str) -> None:
    assert told(code, GIVEN) == expected


@pytest.mark.parametrize("code", ["toYaml .", "$", ".other", 'include "a.b" $'])
def test_what_the_caller_cannot_write_is_none(code: str) -> None:
    assert told(code, GIVEN) is None


def test_a_text_keeps_its_words_and_conditions() -> None:
    text = "{{- if .port }}\napp: {{ .name }}\n{{- end }}\nrelease: {{ .root.Release.Name }}\n"
    expected = "{{- if .Values.port }}\napp: web\n{{- end }}\nrelease: {{ .Release.Name }}\n"
    assert told_text(text, GIVEN) == expected


def test_a_text_that_moves_the_dot_is_none() -> None:
    assert told_text("{{ with .port }}{{ . }}{{ end }}", GIVEN) is None
