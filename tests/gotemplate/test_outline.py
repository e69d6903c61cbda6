"""The outline of templated YAML: where keys, items and values stand."""

from __future__ import annotations

import itertools
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen import goyaml
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.outline import SPLICE, DocumentOutline, Node, mask, outline, walk
from tests.fragments import WELL_FORMED


def documents(text: str) -> tuple[DocumentOutline, ...]:
    return outline(parse(textwrap.dedent(text)))


def value(text: str, *path: str) -> list[str]:
    text = textwrap.dedent(text)
    return [node.value.of(text) for document in outline(parse(text)) for node in document.find(*path)]


@given(WELL_FORMED)
def test_masking_keeps_length_newlines_and_all_that_is_no_action(text: str) -> None:
    template = parse(text)
    masked = mask(template)
    assert len(masked) == len(text)
    assert [i for i, char in enumerate(masked) if char in "\r\n"] == [
        i for i, char in enumerate(text) if char in "\r\n"
    ]
    position = 0
    for action in template.actions:
        assert masked[position : action.span.start] == text[position : action.span.start]
        assert set(action.span.of(masked)) <= set("x \r\n")
        position = action.span.end
    assert masked[position:] == text[position:]


@given(WELL_FORMED)
def test_nodes_lie_within_the_text_and_their_parents_and_in_order(text: str) -> None:
    def check(nodes: tuple[Node, ...], start: int, end: int) -> None:
        for one, other in itertools.pairwise(nodes):
            assert one.start <= other.start
        for node in nodes:
            assert start <= node.start <= node.end <= end
            assert 0 <= node.value.start <= node.value.end <= len(text)
            assert node.start <= node.key_span.start <= node.key_span.end <= len(text)
            check(node.children, node.start, node.end)

    for document in outline(parse(text)):
        check(document.nodes, 0, len(text))
        assert document.nodes[0].start == document.span.start


SCALARS = st.sampled_from(["a", "1", "true", "a b", "x-y", "'q: r'", '"s # t"', "http://h:80/p", "{k: v}", "[1, 2]"])
KEYS = st.sampled_from(["a", "b", "c-d", "e.f/g", "'h i'", '"j"'])


def block_yaml() -> st.SearchStrategy[object]:
    """Nested maps and lists whose scalars are source texts."""
    return st.recursive(
        SCALARS,
        lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
        max_leaves=8,
    )


def written(value: object, indent: int = 0) -> str:
    pad = " " * indent
    if isinstance(value, dict):
        parts = []
        for key, inner in value.items():
            body = written(inner, indent + 2)
            parts.append(f"{pad}{key}: {body}\n" if isinstance(inner, str) else f"{pad}{key}:\n{body}")
        return "".join(parts)
    if isinstance(value, list):
        parts = []
        for inner in value:
            body = written(inner, indent + 2)
            parts.append(f"{pad}- {body}\n" if isinstance(inner, str) else f"{pad}-\n{body}")
        return "".join(parts)
    return str(value)


@given(st.dictionaries(KEYS, block_yaml(), min_size=1, max_size=3))
def test_every_scalar_of_plain_yaml_is_found_where_yaml_has_it(tree: dict[str, object]) -> None:
    text = written(tree)
    (document,) = outline(parse(text))

    def loaded(nodes: tuple[Node, ...]) -> object:
        if nodes[0].key == "-":
            return [loaded(node.children) if node.children else goyaml.load(node.value.of(text)) for node in nodes]
        return {
            goyaml.load(node.key_span.of(text)): loaded(node.children)
            if node.children
            else goyaml.load(node.value.of(text))
            for node in nodes
        }

    assert loaded(document.nodes) == goyaml.load(text)


def test_the_branches_of_a_condition_merge_so_a_path_may_stand_twice() -> None:
    text = """\
        kind: Deployment
        spec:
          {{- if .Values.fast }}
          strategy: fast
          {{- else }}
          strategy: slow
          {{- end }}
        """
    assert value(text, "spec", "strategy") == ["fast", "slow"]


def test_branches_that_hold_whole_documents_are_documents() -> None:
    found = documents("""\
        {{- if .Values.a }}
        kind: Deployment
        {{- else if .Values.b }}
        kind: DaemonSet
        {{- else }}
        kind: StatefulSet
        {{- end }}
        ---
        kind: Service
        """)
    assert [len(document.find("kind")) for document in found] == [1, 1, 1, 1]


def test_a_condition_around_the_first_keys_only_parts_nothing() -> None:
    found = documents("""\
        {{- if .Values.old }}
        apiVersion: extensions/v1beta1
        {{- else }}
        apiVersion: apps/v1
        {{- end }}
        kind: Deployment
        """)
    assert len(found) == 1
    assert len(found[0].find("apiVersion")) == 2


def test_separators_part_documents_wherever_control_lines_put_them() -> None:
    found = documents("""\
        {{- range .Values.parts }}
        ---
        kind: One
        {{- if .more }}
        ---
        kind: Two
        {{- end }}
        {{ end -}}
        --- # three
        kind: Three
        """)
    assert len(found) == 3


def test_a_separator_within_a_block_scalar_is_text() -> None:
    found = documents("""\
        kind: ConfigMap
        data:
          script: |
            cat <<END
            ---
            kind: Deployment
            END
        """)
    assert len(found) == 1
    assert not found[0].find("data", "script", "kind")


def test_defines_hold_documents_of_their_own() -> None:
    found = documents("""\
        {{- define "x.deployment" }}
        kind: Deployment
        {{- end }}
        kind: Service
        """)
    assert [(document.define, len(document.nodes)) for document in found] == [("x.deployment", 1), ("", 1)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a: b # c", "b"),
        ("a: 'b # c'", "'b # c'"),
        ("a: {{ .Values.x }} # c", "{{ .Values.x }}"),
        ("a: {{ .x }}-{{ .y }}", "{{ .x }}-{{ .y }}"),
        ('a: "{{ .x }}: {{ .y }}"', '"{{ .x }}: {{ .y }}"'),
        ("a: {b: {c: 1}}", "{b: {c: 1}}"),
        ("a:\tb\t", "b"),
        ("a:", ""),
        ("a: b\r", "b"),
    ],
)
def test_a_value_is_what_stands_behind_its_key(line: str, expected: str) -> None:
    assert value(f"{line}\n", "a") == [expected]


def test_values_over_several_lines() -> None:
    text = """\
        folded: >-
          one
          two
        flow: [a,
          b]
        quoted: "x
          y"
        plain: p
          q
        last: z
        """
    assert [value(text, key)[0].split() for key in ("folded", "flow", "quoted", "plain", "last")] == [
        [">-", "one", "two"],
        ["[a,", "b]"],
        ['"x', 'y"'],
        ["p", "q"],
        ["z"],
    ]


def test_an_action_that_fills_a_line_is_a_splice_where_its_indent_says() -> None:
    text = textwrap.dedent("""\
        metadata:
          labels:
        {{ include "x.labels" . | indent 4 }}
          annotations:
            {{- toYaml .Values.annotations | nindent 4 }}
        spec: 1
        """)
    (document,) = outline(parse(text))
    keys = [".".join(path) for path, _ in walk(document.nodes)]
    assert keys == [
        "metadata",
        f"metadata.labels.{SPLICE}".rsplit(".", 1)[0],
        f"metadata.labels.{SPLICE}",
        "metadata.annotations",
        f"metadata.annotations.{SPLICE}",
        "spec",
    ]


def test_a_templated_key_is_a_key() -> None:
    (document,) = documents("labels:\n  {{ .Values.key }}: v\n  '{{ .a }}/b': w\n")
    assert [node.key for node in document.find("labels", "*")] == ["{{ .Values.key }}", "{{ .a }}/b"]


def test_lists_may_stand_at_their_key_s_column() -> None:
    text = "ports:\n- name: http\n  port: 80\n- name: web\nnext: 1\n"
    assert value(text, "ports", "-", "name") == ["http", "web"]
    assert value(text, "next") == ["1"]


def test_a_node_holds_the_end_of_a_condition_that_opens_in_it() -> None:
    text = "a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\nc: 2\n"
    (document,) = outline(parse(text))
    (a,) = document.find("a")
    assert a.span.of(text) == "a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\n"


def test_a_byte_order_mark_is_no_part_of_a_key() -> None:
    assert value("\ufeffkind: A\n", "kind") == ["A"]


def test_a_block_that_opens_within_a_document_and_ends_before_the_next_is_its_own() -> None:
    text = "a: 1\n{{- with .b }}\nc: {{ . }}\n{{- end }}\n---\nd: 1\n{{- if .e }}\nf: 2\n---\ng: 3\n{{- end }}\n"
    first, second, third = outline(parse(text))
    assert first.span.of(text) == text.partition("---\n")[0]
    assert second.span.of(text) == "d: 1\n{{- if .e }}\nf: 2\n"  # the condition goes on behind the separator
    assert third.span.of(text) == "g: 3\n"
