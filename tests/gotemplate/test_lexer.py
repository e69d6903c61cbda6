"""Lexer and block structure of templates."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.lexer import first_literal, lex, parse, strip_literals
from rolloutgen.text_edits import Span
from tests.fragments import ANYTHING, WELL_FORMED


@given(ANYTHING)
def test_any_text_is_lexed_without_loss_or_refused_with_its_line(text: str) -> None:
    try:
        actions = lex(text, "templates/x.yaml")
    except ChartError as fault:
        assert fault.path == "templates/x.yaml"
        assert 1 <= (fault.line or 0) <= text.count("\n") + 1
        return
    position, parts = 0, []
    for action in actions:
        assert position <= action.span.start
        assert action.span.of(text).startswith("{{")
        assert action.span.of(text).endswith("}}")
        assert action.span.covers(action.inner)
        parts += [text[position : action.span.start], action.span.of(text)]
        assert "{{" not in parts[-2]
        position = action.span.end
    assert "".join(parts) + text[position:] == text
    assert "{{" not in text[position:]


@given(ANYTHING)
def test_nothing_but_a_chart_error_is_raised(text: str) -> None:
    try:
        template = parse(text)
    except ChartError:
        return
    openers = sum(action.keyword in ("if", "range", "with", "define", "block") for action in template.actions)
    assert len(template.blocks) == openers == sum(action.keyword == "end" for action in template.actions)


@given(WELL_FORMED)
def test_blocks_nest_and_their_branches_lie_between_their_actions(text: str) -> None:
    template = parse(text)
    for one in template.blocks:
        for body, opener in zip(one.bodies(), one.openers, strict=True):
            assert opener.span.end == body.start
            assert one.span.covers(body)
        for other in template.blocks:
            apart = one.span.end <= other.span.start or other.span.end <= one.span.start
            inside = any(b.covers(other.span) for b in one.bodies()) or any(b.covers(one.span) for b in other.bodies())
            assert one is other or apart or inside


@given(WELL_FORMED, st.data())
def test_a_span_that_cuts_nothing_can_be_taken_out(text: str, data: st.DataObject) -> None:
    template = parse(text)
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    if template.cuts(span) is None:
        rest = parse(text[: span.start] + " " + text[span.end :])
        assert len(rest.actions) == len(template.actions) - len(list(template.actions_in(span)))


@given(WELL_FORMED, st.data())
def test_the_blocks_around_an_offset_hold_it_outermost_first(text: str, data: st.DataObject) -> None:
    template = parse(text)
    offset = data.draw(st.integers(0, len(text)))
    around = template.enclosing(offset)
    for (outer, branch), (inner, _) in itertools.pairwise(around):
        assert outer.bodies()[branch].covers(inner.span)
    for block, branch in around:
        assert block.bodies()[branch].start <= offset <= block.bodies()[branch].end


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("{{ .a }}", ["output"]),
        ("{{ if .a }}x{{ else if .b }}y{{ else }}z{{ end }}", ["if", "else", "else", "end"]),
        ("{{ iffy . }}{{ .if }}{{ endgame }}", ["output", "output", "output"]),
        ('{{ template "x" . }}{{ block "y" . }}{{ end }}', ["template", "block", "end"]),
        ("{{ $x := 1 }}{{ $x = 2 }}{{ $x }}{{ eq $x 1 }}", ["assign", "assign", "output", "output"]),
        ("{{ $k, $v := .a }}", ["assign"]),
        ("{{/* if */}}{{- /* end */ -}}", ["comment", "comment"]),
        ("{{ range .a }}{{ break }}{{ continue }}{{ end }}", ["range", "break", "continue", "end"]),
    ],
)
def test_what_an_action_is_follows_from_its_first_word(text: str, keywords: list[str]) -> None:
    assert [action.keyword for action in lex(text)] == keywords


def test_braces_within_literals_and_comments_end_no_action() -> None:
    text = '{{ "}}" }}{{ `}}` }}{{/* }} */}}'
    assert [action.span.of(text) for action in lex(text)] == ['{{ "}}" }}', "{{ `}}` }}", "{{/* }} */}}"]


def test_trim_markers_need_the_space_that_makes_them_markers() -> None:
    trimmed, minus = lex("{{- .a -}}{{-1}}")
    assert (trimmed.trim_left, trimmed.trim_right, trimmed.inner.of("{{- .a -}}").strip()) == (True, True, ".a")
    assert (minus.trim_left, minus.trim_right) == (False, False)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\n{{ .b", 2, "never closed"),
        ("{{/* x", 1, "comment never ends"),
        ("a\nb\n{{ end }}", 3, "without a block"),
        ("{{ if .a }}\n{{ with .b }}\n{{ end }}", 1, "without an end"),
        ("{{ else }}", 1, "without a block"),
    ],
)
def test_what_is_broken_is_said_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(ChartError, match=what) as caught:
        parse(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("start", "end", "cut"),
    [
        (0, 2, None),  # plain text
        (0, 5, "{{ if .a }}"),  # into an opener
        (3, 23, "{{ if .a }}"),  # a block without its end
        (14, 23, None),  # the body alone
        (14, 33, "{{ else }}"),  # beyond a branch
        (3, 44, None),  # the whole block
    ],
)
def test_a_span_cuts_an_action_or_a_block(start: int, end: int, cut: str | None) -> None:
    text = "ab {{ if .a }}{{ .b }} {{ else }} {{ end }}"
    found = parse(text).cuts(Span(start, min(end, len(text))))
    assert (found and found.span.of(text)) == cut


def test_defines_are_known_by_their_names() -> None:
    template = parse('{{ define "a.b" }}1{{ end }}{{- block "c" . }}2{{ end }}')
    assert [name for name, _ in template.defines()] == ["a.b", "c"]


def test_literals() -> None:
    assert first_literal('include "x.y" .') == "x.y"
    assert first_literal("include $name .") == ""
    assert strip_literals('printf "$x %s" $y') == 'printf "     " $y'
