"""The text of a rolloutgen.yaml says what it was made from, whatever the values are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rolloutgen import goyaml
from rolloutgen.config.effective import Entry, text_of

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\x1b"), min_size=1, max_size=20)


def test_parents_are_opened_once() -> None:
    entries = [
        Entry(("a", "b"), 1, "here"),
        Entry(("a", "c"), ["x"], above=("why",)),
        Entry(("d",), {"e": "on"}),
        Entry(("f", "g"), ["z"], "seen", ("maybe",), off=True),
    ]
    assert text_of(entries) == (
        'a:\n  b: 1  # here\n  # why\n  c:\n    - x\nd:\n  e: "on"\n# f:\n#   # maybe\n#   g:  # seen\n#     - z\n'
    )


@given(WORDS, WORDS)
def test_a_word_is_read_as_it_was_given(key: str, value: str) -> None:
    text = text_of([Entry((key, "x"), value, "remark"), Entry((key, "y"), [value])])
    assert goyaml.load(text) == {key: {"x": value, "y": [value]}}
    assert "\x1b" not in text
