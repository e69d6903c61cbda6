"""The code of an action as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.expressions import (
    DOT,
    ROOT,
    Code,
    called,
    entries,
    expression,
    field,
    free_variables,
    grouped,
    included,
    nodes,
    read,
    reads_dot,
    rooted,
    unwrapped,
    with_root,
)
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Release, ValueSet

NAME = Code("variable", "name")


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        (".", DOT),
        ("$", ROOT),
        ("$name", NAME),
        (".a.b", field(DOT, "a", "b")),
        ("$.a", field(ROOT, "a")),
        ("`raw` | quote", Code("call", "quote", (Code("text", "raw"),))),
        ("(index . 0).Values.x", field(called("index", (DOT, Code("number", "0"))), "Values", "x")),
        ('.a | default "b"', Code("call", "default", (Code("text", "b"), field(DOT, "a")))),
        ("not .a", Code("call", "not", (field(DOT, "a"),))),
    ],
)
def test_expressions_become_trees(code: str, tree: Code) -> None:
    assert read(code) == tree


@pytest.mark.parametrize("code", ["", "$x := 3", ".a .b", "(.a", ".a)", 'include "x" (', '"open', ". | .a", "| quote"])
def test_what_is_no_plain_expression_is_none(code: str) -> None:
    assert read(code) is None


def test_dicts_and_lists_that_are_written_out_are_looked_into() -> None:
    assert read('(dict "root" $ "name" $name).name') == NAME
    assert read("index (list $ $name) 1") == NAME
    assert read("tuple $name $ | first") == NAME
    assert read('get (dict "a" $name) "a"') == NAME


def test_a_key_that_is_an_expression_hides_what_a_dict_holds() -> None:
    tree = read("dict $name . ")
    assert tree is not None
    assert entries(tree) == {}
    assert field(tree, "a") == Code("field", "a", (tree,))


def test_an_index_behind_the_end_stays_as_it_is() -> None:
    assert read("index (list .) 3") == Code("call", "index", (Code("call", "list", (DOT,)), Code("number", "3")))


def test_nodes_are_the_tree_and_everything_in_it() -> None:
    tree = read('include "x" (dict "a" .b)')
    assert tree is not None
    assert [node.kind for node in nodes(tree)] == ["call", "text", "call", "text", "field", "dot"]


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


def test_the_dot_of_an_expression_becomes_the_root() -> None:
    assert with_root('printf "%s.x" .Values.a.b (include "n" .)', "$") == 'printf "%s.x" $.Values.a.b (include "n" $)'
    assert with_root(".Values.a", "(index . 0)") == "(index . 0).Values.a"


def test_within_a_loop_of_the_text_the_dot_is_another() -> None:
    text = "{{ range .Values.a }}{{ .b }}{{ end }}{{ if .Values.c }}{{ .Values.d }}{{ end }}"
    assert rooted(text, "$") == "{{ range $.Values.a }}{{ .b }}{{ end }}{{ if $.Values.c }}{{ $.Values.d }}{{ end }}"
    assert rooted(text, ".") == text
