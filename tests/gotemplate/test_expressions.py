"""The one type of template expressions: parsed, printed, compared and moved to other places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.gotemplate.expressions import (
    DOT,
    EMPTY,
    ROOT,
    Expr,
    all_of,
    any_of,
    as_include,
    call,
    fields,
    include,
    look_up,
    negate,
    parse,
    printf_texts,
    quote,
)

NAME = Expr("variable", "name")


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        (".", DOT),
        ("$", ROOT),
        ("$name", NAME),
        (".a.b", fields(DOT, "a", "b")),
        ("$.a", fields(ROOT, "a")),
        ("`raw` | quote", call("quote", Expr("text", "raw"))),
        ("(index . 0).Values.x", fields(call("index", DOT, Expr("number", "0")), "Values", "x")),
        ('.a | default "b"', call("default", Expr("text", "b"), fields(DOT, "a"))),
        ("not .a", call("not", fields(DOT, "a"))),
        ("now", call("now")),
        ("nil", Expr("number", "nil")),
        ("-1.5e-3", Expr("number", "-1.5e-3")),
        ("'x'", Expr("number", "'x'")),
        (r'"a\"b\n"', Expr("text", 'a"b\n')),
        ('template "x" dict "a" .', call("include", Expr("text", "x"), call("dict", Expr("text", "a"), DOT))),
        ('.Files.Get "x"', Expr("method", "", (fields(DOT, "Files", "Get"), Expr("text", "x")))),
        ("( .a )", fields(DOT, "a")),
    ],
)
def test_expressions_become_trees(code: str, tree: Expr) -> None:
    assert parse(code) == tree
    assert parse(code).render() == code


@pytest.mark.parametrize(
    "code",
    ["", "$x := 3", "(.a", ".a)", 'include "x" (', '"open', "| quote", ".a..b", '"a" .b', '"a".b', "()", ".a | ", "a=b",
     "true .a", '"a""b"', "(" * 500 + ".a" + ")" * 500],
)  # fmt: skip
def test_what_is_no_pipeline_is_kept_as_it_is(code: str) -> None:
    assert parse(code) == Expr("unparsed", code.strip())
    assert parse(code).render() == code


def test_the_empty_expression_alone_is_false() -> None:
    assert not EMPTY
    assert not parse(" ")
    assert all(map(parse, ('""', ".", "(", "false")))


FUNCTIONS = st.sampled_from(["include", "printf", "dict", "list", "index", "default", "eq"])
PIPELINES = st.recursive(
    st.sampled_from([".", "$", "$x", ".a", "$.a.b", "$x.c", '"t"', "`r`", "3", "true", "now", '"%s-%v"']),
    lambda inner: st.one_of(
        st.builds(lambda f, parts: " ".join((f, *map("({})".format, parts))), FUNCTIONS, st.lists(inner, max_size=3)),
        st.builds(lambda f, one, last: f"{last}  | {f} ({one})", FUNCTIONS, inner, inner),
        st.builds(lambda one: f"( {one} ).field", inner.filter(lambda code: code[0] not in '"`3t')),
    ),
    max_leaves=8,
)


@given(st.one_of(PIPELINES, st.text(max_size=30), st.text("(.$a|\"'` :=", max_size=20)))
def test_every_text_is_rendered_as_it_was_parsed(code: str) -> None:
    assert parse(code).render() == code
    assert str(parse(code)) == code


@given(PIPELINES)
def test_what_is_put_together_is_parsed_as_the_same(code: str) -> None:
    def bare(tree: Expr) -> Expr:
        return replace(tree, source=None, parts=tuple(map(bare, tree.parts)))

    tree = parse(code)
    assert tree.kind != "unparsed"
    assert parse(bare(tree).render()) == tree
    assert parse(f"f {tree.as_argument()} .a").parts[0] == tree


@given(PIPELINES)
def test_parts_are_where_their_spans_say(code: str) -> None:
    for node in parse(code).operands():
        assert parse(node.span.of(code)) == node


@given(PIPELINES, PIPELINES)
def test_equivalence_is_reflexive_and_symmetric_and_sees_no_spelling(one: str, other: str) -> None:
    first, second = parse(one), parse(other)
    assert first.equivalent(first)
    assert first.equivalent(second) == second.equivalent(first)
    assert first.equivalent(parse(f" ( {one} ) "))
    assert first.equivalent(second, first)
    assert parse(f"quote ({one})").equivalent(parse(f"{one} | quote"))
    assert first.equivalent(first.reroot(ROOT), first.reroot(DOT, of=ROOT))


@given(PIPELINES)
def test_what_is_re_rooted_reads_the_new_root_alone(code: str) -> None:
    tree = parse(code)
    assert not tree.reroot(ROOT).reads_dot()
    assert tree.reroot(DOT) is tree
    assert tree.reroot(parse("$top")).free_variables() == tree.free_variables() | (
        {"top"} if tree.reads_dot() else set()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('include "x" .', 'include  "x"  $'),
        ('template "x" .', "(include `x` .)"),
        ('printf "%s-web" .Release.Name', 'printf "%v-web" $.Release.Name'),
        ('printf "%s-%s" .a "web"', 'printf "%v-web" .a'),
        ('(dict "a" .b).a', ".b"),
        ("tuple .a .b | first", "index (list .a .b) 0"),
        (".a | default .b", "default .b .a"),
    ],
)
def test_these_yield_the_same(one: str, other: str) -> None:
    assert parse(one).equivalent(parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(".a", ".b"), (".a", "$x.a"), ('include "x" .', 'include "y" .'), (".a | trunc 3", ".a"), ('"a"', "a")],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not parse(one).equivalent(parse(other))
    assert not parse(one).equivalent()


def test_dicts_and_lists_that_are_written_out_are_looked_into() -> None:
    assert parse('(dict "root" $ "name" $name).name').simplify() == NAME
    assert parse("index (list $ $name) 1").simplify() == NAME
    assert parse("tuple $name $ | first").simplify() == NAME
    assert parse('get (dict "a" $name) "a"').simplify() == NAME


def test_a_key_that_is_an_expression_hides_what_a_dict_holds() -> None:
    tree = parse("dict $name . ")
    assert tree.entries() == {}
    assert fields(tree, "a") == Expr("field", "a", (tree,))


def test_an_index_behind_the_end_stays_as_it_is() -> None:
    parts = (call("list", DOT), Expr("number", "3"))
    assert look_up("index", parts) == call("index", *parts)


def test_nodes_are_the_tree_and_everything_in_it() -> None:
    tree = parse('include "x" (dict "a" .b)')
    assert [node.kind for node in tree.nodes()] == ["call", "text", "call", "text", "field", "dot"]
    assert [node.kind for node in tree.operands()] == ["call", "text", "call", "text", "field"]


@pytest.mark.parametrize(
    ("code", "wanted", "found"),
    [
        ('printf "%s.svc" (include "x" .)', 'include "x" .', ['include "x" .']),
        ('include "x" $ | trunc 63 | quote', 'include "x" .', ['include "x" $']),
        (".a.b.c", ".a.b", []),
        ("(.a).b", ".a", []),
        ('eq .a "web" | or (contains "web" .a)', ".a", [".a", ".a"]),
        ('printf "%s-web" .a .b', 'printf "%s-web" .a', []),
    ],
)
def test_what_occurs_in_an_expression(code: str, wanted: str, found: list[str]) -> None:
    assert [span.of(code) for span in parse(code).occurrences(parse(wanted).equivalent)] == found


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
    assert parse(code).unwrap().render() == bare


@pytest.mark.parametrize(
    ("code", "argument"),
    [(".Values.a", ".Values.a"), ('"a b"', '"a b"'), ('include "x" .', '(include "x" .)'), ("(a b)", "(a b)"),
     ("(a).b", "((a).b)"), (r'"a\"b"', r'("a\"b")'), ("now", "now"), (".a | b", "(.a | b)")],
)  # fmt: skip
def test_an_argument_is_parenthesised_where_it_is_more_than_a_word(code: str, argument: str) -> None:
    assert parse(code).as_argument() == argument


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('"web"', "web"),
        ('printf "%s-web" .Release.Name', "{{ .Release.Name }}-web"),
        ('printf "%s-%v" (include "x" .) .a', '{{ include "x" . }}-{{ .a }}'),
        ('printf "%d%%" .a', '{{ printf "%d%%" .a }}'),
        ('printf "%s" .a .b', '{{ printf "%s" .a .b }}'),
        ('.a | printf "%s-x"', '{{ .a | printf "%s-x" }}'),
        (".a | trunc 3", "{{ .a | trunc 3 }}"),
    ],
)
def test_the_text_that_prints_an_expression(code: str, text: str) -> None:
    assert parse(code).as_text() == text


def test_the_words_around_what_a_printf_prints() -> None:
    assert printf_texts(parse('printf "a-%s-%v" .x .y')) == ["a-", "-", ""]
    assert printf_texts(parse('printf "a"')) is None
    assert printf_texts(parse("print .x")) is None


@pytest.mark.parametrize(
    ("code", "names"),
    [("$x.y", {"x"}), ("$.Values.a", set()), ('printf "$x" $y', {"y"}), ("include $a (list $b $)", {"a", "b"})],
)
def test_the_variables_that_an_expression_reads(code: str, names: set[str]) -> None:
    assert parse(code).free_variables() == names


@pytest.mark.parametrize(
    ("code", "reads"),
    [(".", True), (".Values.a", True), ("$.Values.a", False), ('include "a.b" $', False), ('include "a" .', True),
     ("(index $ 0).b", False), ("$x.y", False)],
)  # fmt: skip
def test_whether_an_expression_reads_the_dot(code: str, reads: bool) -> None:
    assert parse(code).reads_dot() is reads


def test_the_define_that_an_expression_calls() -> None:
    assert parse('include "x.y" . | nindent 2').first.called_define == "x.y"
    assert parse("template `z` $").called_define == "z"
    assert parse("include $name .").called_define == ""


def test_the_dot_of_an_expression_becomes_the_root() -> None:
    code = parse('printf "%s.x" .Values.a.b (include "n" .)')
    assert code.reroot(ROOT).render() == 'printf "%s.x" $.Values.a.b (include "n" $)'
    assert parse(".Values.a").reroot(parse("(index . 0)")).render() == "(index . 0).Values.a"
    assert parse('include "x" $ | default $.a').reroot(DOT, of=ROOT).render() == 'include "x" . | default .a'


def test_a_variable_is_replaced_by_what_it_is_set_to() -> None:
    code = parse('include $x (list $x.b $xy "$x")')
    assert code.substitute("x", parse("first .a")).render() == 'include (first .a) (list (first .a).b $xy "$x")'
    assert parse("$x.a").substitute("x", DOT).render() == ".a"


def test_conditions_are_put_together() -> None:
    conditions = [parse(".a"), parse('eq .b "c"')]
    assert all_of(conditions).render() == 'and .a (eq .b "c")'
    assert any_of(conditions).render() == 'or .a (eq .b "c")'
    assert all_of(conditions[1:]).render() == 'eq .b "c"'
    assert all_of([]) == any_of([]) == EMPTY
    assert negate(conditions[1]).render() == 'not (eq .b "c")'


def test_calls_are_put_together() -> None:
    assert include("a.b").render() == 'include "a.b" .'
    assert include("a.b", parse("list . 1")).render() == 'include "a.b" (list . 1)'
    assert call("f", DOT, call("g", parse("$x.a")), Expr("text", 'a"')).render() == r'f . (g $x.a) ("a\"")'
    assert as_include(parse('template "x" .')).render() == 'include "x" .'
    assert parse(quote('a`"\\')) == Expr("text", 'a`"\\')


def test_a_call_hands_over_values_by_key() -> None:
    code = parse('include "a.b" (dict "root" . "name" (printf "%s-)" .x) "size" 3) | nindent 4')
    handed = next(node for node in code.nodes() if node.called_define == "a.b").parts[1]
    assert {key: value.as_argument() for key, value in handed.entries().items()} == {
        "root": ".", "name": '(printf "%s-)" .x)', "size": "3",
    }  # fmt: skip


@pytest.mark.parametrize("code", [".", '(dict "root")', "(dict $k .)", '(list "root" .)'])
def test_other_calls_hand_over_nothing_that_is_known(code: str) -> None:
    assert parse(code).entries() == {}


GIVEN = {"root": DOT, "name": parse('"web"'), "port": parse(".Values.port"), "made": parse("list 1")}


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
    found = parse(code).with_fields(GIVEN)
    assert found is not None
    assert found.render() == expected


@pytest.mark.parametrize("code", ["toYaml .", "$", ".other", 'include "a.b" $'])
def test_what_the_caller_cannot_write_is_none(code: str) -> None:
    assert parse(code).with_fields(GIVEN) is None
