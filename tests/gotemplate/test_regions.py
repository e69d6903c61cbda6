"""Whole regions of a template that belong to one key."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.regions import closed, owned, owned_together, reindent, without, without_unused
from rolloutgen.gotemplate.sources import Site, Source, read_sources
from rolloutgen.text_edits import Span
from tests.fragments import WELL_FORMED


def site(text: str) -> Site:
    files = {"Chart.yaml": b"name: t\nversion: 1.0.0\n", "templates/x.yaml": textwrap.dedent(text).encode()}
    return next(iter(read_sources(Chart("t", files)).sites.values()))


def region(text: str, *path: str) -> str:
    found = site(text)
    return owned(found, found.find(*path)[0]).of(found.source.text)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("  strategy: x\n  other: y\n", "  strategy: x\n"),
        ("  strategy:\n    a: b\n    # c\n  other: y\n", "  strategy:\n    a: b\n"),
        # a condition that holds nothing else goes along,
        ("  {{- if .a }}\n  strategy: x\n  {{- end }}\n  other: y\n", "  {{- if .a }}\n  strategy: x\n  {{- end }}\n"),
        # with the comment in it, and the condition around that,
        (
            "  {{- with .a }}\n  {{- if .b }}\n  # why\n  strategy: x\n  {{- end }}\n  {{- end }}\n  other: y\n",
            "  {{- with .a }}\n  {{- if .b }}\n  # why\n  strategy: x\n  {{- end }}\n  {{- end }}\n",
        ),
        # but not one that holds another key, a variable, or output.
        ("  {{- if .a }}\n  strategy: x\n  more: z\n  {{- end }}\n", "  strategy: x\n"),
        ("  {{- if .a }}\n  {{- $x := 1 }}\n  strategy: x\n  {{- end }}\n", "  strategy: x\n"),
        ("  {{- if .a }}\n  strategy: x\n  {{- toYaml .b | nindent 2 }}\n  {{- end }}\n", "  strategy: x\n"),
    ],
)
def test_a_key_owns_its_lines_and_the_conditions_that_hold_nothing_else(spec: str, expected: str) -> None:
    assert region(f"kind: A\nspec:\n{spec}", "spec", "strategy") == expected


def test_a_condition_around_the_whole_document_is_not_the_key_s() -> None:
    text = "{{- if .a }}\nkind: A\nspec:\n  strategy: x\n{{- end }}\n"
    assert region(text, "spec", "strategy") == "  strategy: x\n"


@given(WELL_FORMED, st.data())
def test_leaving_spans_out_keeps_all_else_in_order(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    spans = [Span(min(pair), max(pair)) for pair in cuts]
    kept = [char for index, char in enumerate(text) if not any(s.start <= index < s.end for s in spans)]
    assert without(Source("x", text), Span(0, len(text)), spans) == "".join(kept)


def test_a_replaced_span_stands_where_the_old_text_stood() -> None:
    source = Source("x", "name: old\ntype: x\n")
    assert without(source, Span(0, 18), [Span(10, 18)], [(Span(6, 9), "new")]) == "name: new\n"


def test_lines_move_with_the_indents_that_actions_ask_for() -> None:
    text = "    a: b\n      {{- toYaml .x | nindent 6 }}\n\n    c:\n{{ include `y` . | indent 6 }}\n"
    assert reindent(text, 4, 2) == "  a: b\n    {{- toYaml .x | nindent 4 }}\n\n  c:\n{{ include `y` . | indent 4 }}\n"


@given(st.integers(0, 6), st.integers(0, 6))
def test_moving_there_and_back_changes_nothing(old: int, new: int) -> None:
    text = (
        f"{' ' * (old + 8)}a:\n{' ' * (old + 10)}b: c\n\n{' ' * (old + 8)}d: {{{{ toYaml .x | nindent {old + 12} }}}}\n"
    )
    assert reindent(reindent(text, old + 8, new + 8), new + 8, old + 8) == text
    assert parse(reindent(text, old + 8, new)).actions


def together(spec: str) -> str | None:
    found = site(f"kind: A\nspec:\n{spec}")
    region = owned_together(found, found.find("spec", "strategy"))
    return region and region.of(found.source.text)


def test_a_condition_whose_branches_all_hold_the_key_belongs_to_it() -> None:
    both = "  {{- if .a }}\n  strategy: x\n  {{- else }}\n  # slow\n  strategy: y\n  {{- end }}\n"
    assert together(f"{both}  other: z\n") == both


@pytest.mark.parametrize(
    "spec",
    [
        "  {{- if .a }}\n  strategy: x\n  more: z\n  {{- else }}\n  strategy: y\n  {{- end }}\n",
        "  {{- if .a }}\n  strategy: x\n  {{- end }}\n  {{- if .b }}\n  strategy: y\n  {{- end }}\n",
        "  strategy: x\n",
    ],
)
def test_keys_that_share_their_condition_or_have_none_own_no_block_together(spec: str) -> None:
    assert together(spec) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what follows the labels shares their condition: the copy has an end of its own,
        (
            "kind: A\nlabels:\n  a: b\n{{- with .x }}\n  c: d\nspec: e\n{{- end }}\n",
            "labels:\n  a: b\n{{- with .x }}\n  c: d\n{{- end }}\n",
        ),
        # the innermost first, at the column of its opener;
        (
            "kind: A\nlabels:\n{{- with .x }}\n  {{- if .y }}\n  c: d\nspec: e\n  {{- end }}\n{{- end }}\n",
            "labels:\n{{- with .x }}\n  {{- if .y }}\n  c: d\n  {{- end }}\n{{- end }}\n",
        ),
        # an `else` may say more of them, a loop says it again, and an end of others is no end of theirs.
        ("kind: A\nlabels:\n{{- if .x }}\n  c: d\nspec: e\n{{- else }}\n  f: g\n{{- end }}\n", None),
        ("kind: A\nlabels:\n{{- range .x }}\n  c: d\nspec: e\n{{- end }}\n", None),
        ("kind: A\n{{- if .x }}\nother: x\nlabels:\n  a: b\n{{- end }}\n  c: d\n", None),
    ],
)
def test_a_copy_ends_what_it_begins(text: str, expected: str | None) -> None:
    found = site(text)
    assert closed(found, found.find("labels")[0].span) == expected


READ = "name: {{ $a }}\n"
NEW = 'name: {{ include "x" . }}\n'


def test_a_variable_that_nothing_reads_any_more_goes_with_those_that_only_it_read() -> None:
    head = '{{- $b := .Values.b }}\n{{- $a := printf "%s" $b -}}\n'
    assert without_unused(head + READ, head + NEW, "x") == NEW


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("{{- $a := 1 }}\n", "label: {{ $a }}\n"),  # read elsewhere
        ("{{- $a := 1 }}\n", "{{- $a = 2 }}\n"),  # set again
        ("{{- $a := 1 }}\n{{- $ab := 1 }}\n", "x: {{ $a }}{{ $ab }}\n"),
        ("k: {{ $a := 1 }}\n", ""),  # not alone on its line
        ("k: 1 {{/* x */}}\n{{- $a := 1 -}}\n\n  ", ""),  # eats the blanks before the next line
        ("k: v\n{{- $a := 1 -}}\n", ""),  # joins two lines
        ("{{- range $i, $a := .Values.a }}\n", "{{- end }}\n"),  # a loop's
    ],
)
def test_else_it_stays(head: str, tail: str) -> None:
    assert without_unused(head + READ + tail, head + NEW + tail, "x") == head + NEW + tail


def test_what_was_not_read_before_stays() -> None:
    head = "{{- $a := 1 }}\n"
    assert without_unused(head + "name: x\n", head + NEW, "x") == head + NEW
