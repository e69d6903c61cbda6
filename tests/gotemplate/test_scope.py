"""Where a place stands in its template, and what goes along when its text moves to another file."""

from __future__ import annotations

import textwrap

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.expressions import DOT, ROOT
from rolloutgen.gotemplate.scope import (
    called_with_root,
    lift,
    root_symbol,
    same_scope,
    scope_at,
    site_scope,
    variables,
)
from rolloutgen.gotemplate.sources import Sources, read_sources


def sources(**templates: str) -> Sources:
    files = {f"templates/{name}.yaml": textwrap.dedent(text).encode() for name, text in templates.items()}
    return read_sources(Chart("t", {"Chart.yaml": b"name: t\nversion: 1.0.0\n", **files}))


def lifted(text: str, what: str = "a: b\n", **more: bool) -> str | None:
    found = sources(x=text)
    source = found.files["templates/x.yaml"]
    return lift(what, scope_at(source, source.text.index("HERE")), found, **more)


def test_a_place_at_the_root_moves_as_it_is() -> None:
    assert lifted("HERE") == "a: b\n"


def test_conditions_go_along_up_to_the_branch_that_holds_the_place() -> None:
    assert lifted("{{ if .Values.a -}}\nx\n{{- else if .Values.b }}\nHERE\n{{ else }}\ny\n{{ end }}") == (
        "{{- if .Values.a }}\n{{- else if .Values.b }}\na: b\n{{- end }}\n"
    )


def test_a_loop_goes_along_where_it_may_with_what_it_declares_and_sets() -> None:
    text = "{{ range $name := .Values.a }}\n{{ $it := get $.Values.b $name }}\n{{ if $it }}\nHERE\n{{ end }}\n{{ end }}"
    assert lifted(text, "{{ $it }}\n") is None
    assert lifted(text, "{{ $it }}{{ $name }}\n", loops=True) == (
        "{{- range $name := .Values.a }}\n{{- $it := get $.Values.b $name }}\n{{- if $it }}\n{{ $it }}{{ $name }}\n"
        "{{- end }}\n{{- end }}\n"
    )


def test_a_file_sets_in_the_values_what_its_text_may_read() -> None:
    text = '{{ $a := .Values.x }}\n{{ $_ := set .Values "part" $a }}\nHERE'
    assert lifted(text, "a: {{ .Values.part }}\n") == "a: {{ .Values.part }}\n"
    carried = '{{- $a := .Values.x }}\n{{- $_ := set .Values "part" $a }}\n'
    assert lifted(text, "a: {{ .Values.part }}\n", file=True) == carried + "a: {{ .Values.part }}\n"
    assert lifted(text, 'a: {{ include "x" . }}\n', file=True) == carried + 'a: {{ include "x" . }}\n'
    assert lifted(text, "a: {{ .Values.other }}\n", file=True) == "a: {{ .Values.other }}\n"


def test_plain_variables_go_along_with_what_they_read_in_turn() -> None:
    text = '{{ $name := "x" }}{{ $other := 1 }}{{ $full := printf "%s-y" $name -}}\nHERE'
    assert (
        lifted(text, "n: {{ $full }}\n") == '{{- $name := "x" }}\n{{- $full := printf "%s-y" $name }}\nn: {{ $full }}\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ range .Values.a }}HERE{{ end }}",  # it may render several times
        "{{ if .Values.a }}{{ $n := 1 }}{{ end }}HERE",  # only known in the branch
        "{{ if .Values.a }}{{ $n := 1 }}{{ else }}HERE{{ end }}",  # or in another one
        "{{ with $n := .Values.a }}{{ end }}HERE",  # the block's own
        "HERE{{ $n := 1 }}",  # assigned behind it
    ],
)
def test_what_cannot_be_repeated_does_not_move(text: str) -> None:
    assert lifted(text, "n: {{ $n }}\n") is None


def test_a_variable_that_the_condition_around_it_assigns_goes_along() -> None:
    assert lifted("{{ if .Values.a }}{{ $n := 1 }}HERE{{ end }}", "n: {{ $n }}\n") == (
        "{{- if .Values.a }}\n{{- $n := 1 }}\nn: {{ $n }}\n{{- end }}\n"
    )


def test_a_variable_stays_inside_the_with_whose_dot_it_reads() -> None:
    assert lifted("{{ with .Values.a }}{{ $n := .b }}HERE{{ end }}", "n: {{ $n }}\n") == (
        "{{- with .Values.a }}\n{{- $n := .b }}\nn: {{ $n }}\n{{- end }}\n"
    )


def test_another_variable_of_the_name_in_a_block_of_its_own_is_no_matter() -> None:
    text = "{{ $n := 1 }}{{ if .Values.a }}{{ $n := 2 }}{{ end }}HERE"
    assert lifted(text, "n: {{ $n }}\n") == "{{- $n := 1 }}\nn: {{ $n }}\n"
    assert lifted(text.replace("$n := 2", "$n = 2"), "n: {{ $n }}\n") is None


def test_a_define_that_fills_the_root_is_called_in_the_other_file_too() -> None:
    text = '{{- include "config.init" (list . "x") -}}\n{{ $n := .sch.name }}\nHERE: 1\n'
    call = '{{- include "config.init" (list . "x") }}\n'
    assert lifted(text, "n: {{ $n }}\n") == f"{call}{{{{- $n := .sch.name }}}}\nn: {{{{ $n }}}}\n"
    assert lifted(text, "n: {{ .Values.n }}\n") == "n: {{ .Values.n }}\n"


def test_a_variable_that_the_text_declares_itself_is_no_matter() -> None:
    assert lifted("HERE", "{{ range $k, $v := .Values.a }}{{ $k }}{{ end }}\n") is not None


@pytest.mark.parametrize(
    ("calls", "root"),
    [
        ('{{ include "t.d" . }}', True),
        ('{{ range .Values.a }}{{ include "t.d" $ }}{{ end }}', True),
        ('{{ template "t.d" $ }}\n{{ include "t.d" . | indent 2 }}', True),
        ('{{ range .Values.a }}{{ include "t.d" . }}{{ end }}', False),
        ('{{ include "t.d" (dict "root" .Values) }}', False),
        ('{{ include "t.d" . }}{{ include "t.d" .Values }}', False),
        ("", False),  # nobody calls it
    ],
)
def test_a_define_counts_as_the_root_when_every_call_hands_it_the_root(calls: str, root: bool) -> None:
    found = sources(_d='{{ define "t.d" }}HERE{{ end }}', x=calls)
    assert called_with_root("t.d", found) is root
    source = found.files["templates/_d.yaml"]
    assert root_symbol(scope_at(source, source.text.index("HERE")), found) == (DOT if root else None)


@pytest.mark.parametrize(
    ("calls", "root"),
    [
        ('{{ include "t.d" (dict "ctx" $ "a" 1) }}{{ include "t.d" (dict "a" 2 "ctx" .) }}', ".ctx"),
        ('{{ range .Values.a }}{{ include "t.d" (dict "ctx" $ "a" .) }}{{ end }}', ".ctx"),
        ('{{ range .Values.a }}{{ include "t.d" (dict "ctx" .) }}{{ end }}', None),
        ('{{ include "t.d" (dict "ctx" $) }}{{ include "t.d" (dict "root" $) }}', None),
        ('{{ include "t.d" (dict "ctx" $) }}{{ include "t.d" . }}', None),
        ('{{ define "t.e" }}{{ include "t.d" (dict "ctx" $) }}{{ end }}', None),
    ],
)
def test_the_root_is_the_key_of_the_dict_that_holds_it_at_every_call(calls: str, root: str | None) -> None:
    found = sources(_d='{{ define "t.d" }}HERE{{ end }}', x=calls)
    source = found.files["templates/_d.yaml"]
    assert str(root_symbol(scope_at(source, source.text.index("HERE")), found)) == str(root)


def test_the_root_is_a_dollar_where_the_dot_has_moved() -> None:
    found = sources(x="{{ with .Values.a }}HERE{{ end }}{{ if .b }}THERE{{ end }}")
    source = found.files["templates/x.yaml"]
    assert root_symbol(scope_at(source, source.text.index("HERE")), found) == ROOT
    assert root_symbol(scope_at(source, source.text.index("THERE")), found) == DOT


def test_the_scope_of_a_document_leaves_out_blocks_within_it() -> None:
    head = "{{- if .Values.a }}\n{{- if .Values.v }}\napiVersion: v1\n{{- else }}\napiVersion: v2\n"
    text = f"{head}{{{{- end }}}}\nkind: A\n{{{{- end }}}}\n"
    found = sources(x=text)
    (site,) = found.sites.values()
    assert [block.openers[0].inner.of(text).strip() for block, _ in site_scope(site).blocks] == ["if .Values.a"]


def test_two_places_share_a_scope_when_equal_loops_surround_them() -> None:
    text = "{{ range .a }}ONE{{ if .b }}TWO{{ end }}{{ end }}{{ range .a }}THREE{{ end }}{{ range .c }}FOUR{{ end }}"
    source = sources(x=text).files["templates/x.yaml"]
    one, two, three, four = (scope_at(source, text.index(word)) for word in ("ONE", "TWO", "THREE", "FOUR"))
    assert same_scope(one, two)
    assert same_scope(one, three)
    assert not same_scope(one, four)


def test_variables_of_a_define_are_taken_from_that_define() -> None:
    text = '{{ $n := 1 }}{{ define "t.d" }}{{ $n := 2 }}HERE{{ end }}'
    source = sources(x=text).files["templates/x.yaml"]
    assert variables(scope_at(source, text.index("HERE")), {"n"}) == ["{{- $n := 2 }}"]
