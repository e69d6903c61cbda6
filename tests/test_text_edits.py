"""Spans and edits: what an edit does not cover keeps its characters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.text_edits import Edit, OverlapError, Span, apply_edits, line_of, newline_of


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(max_size=60))
    ends = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(ends[::2], ends[1::2], strict=False))
    return text, [Edit(Span(a, b), draw(st.text(max_size=5)), f"edit {i}") for i, (a, b) in enumerate(pairs)]


@given(texts_and_edits())
def test_what_lies_outside_the_edits_stays_in_its_order(drawn: tuple[str, list[Edit]]) -> None:
    text, edits = drawn
    expected, position = "", 0
    for edit in edits:
        expected += text[position : edit.span.start] + edit.new
        position = edit.span.end
    assert apply_edits(text, edits) == expected + text[position:]


@given(texts_and_edits())
def test_the_order_in_which_separate_edits_are_given_plays_no_part(drawn: tuple[str, list[Edit]]) -> None:
    text, edits = drawn
    apart = [edit for edit in edits if sum(edit.span.start == other.span.start for other in edits) == 1]
    assert apply_edits(text, apart) == apply_edits(text, apart[::-1])


@given(texts_and_edits())
def test_an_edit_given_twice_counts_once(drawn: tuple[str, list[Edit]]) -> None:
    text, edits = drawn
    assert apply_edits(text, edits + edits) == apply_edits(text, edits)


def test_insertions_at_one_place_keep_their_order() -> None:
    here = Span(1, 1)
    assert apply_edits("ab", [Edit(here, "1", "x"), Edit(here, "2", "y")]) == "a12b"


def test_an_insertion_stands_before_a_replacement_that_begins_there() -> None:
    assert apply_edits("ab", [Edit(Span(1, 2), "B", "x"), Edit(Span(1, 1), "-", "y")]) == "a-B"


def test_two_edits_of_the_same_characters_are_an_error_that_names_both() -> None:
    with pytest.raises(OverlapError, match=r"'strategy'.*'replicas'"):
        apply_edits("abcd", [Edit(Span(0, 3), "", "strategy"), Edit(Span(2, 4), "", "replicas")])


def test_an_edit_behind_the_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside the text"):
        apply_edits("ab", [Edit(Span(1, 3), "", "x")])


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1)])
def test_a_span_runs_forward_from_nought(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_a_span_covers_itself_and_what_is_inside() -> None:
    assert Span(1, 4).covers(Span(1, 4))
    assert Span(1, 4).covers(Span(2, 2))
    assert not Span(1, 4).covers(Span(3, 5))
    assert Span(1, 3).of("abcd") == "bc"


@given(st.text(alphabet="ab\n", max_size=30))
def test_line_numbers_count_from_one_and_grow_at_each_newline(text: str) -> None:
    lines = [line_of(text, offset) for offset in range(len(text) + 1)]
    assert lines[0] == 1
    assert [b - a for a, b in itertools.pairwise(lines)] == [int(char == "\n") for char in text]


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a", "\n"), ("a\n", "\n"), ("a\r\nb\n", "\r\n"), ("\nb\r\n", "\n"), ("\r", "\n")]
)
def test_the_newline_of_a_text_is_that_of_its_first_line(text: str, newline: str) -> None:
    assert newline_of(text) == newline
