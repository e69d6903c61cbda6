"""Files that rolloutgen makes are read back as what was written, by Go's rules."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rolloutgen import goyaml
from rolloutgen.goyaml.dump import dumped

WORDS = st.text(max_size=12) | st.sampled_from(
    ["on", "y", "010", "1e3", "12e4567", "1:30", "=", "~", "- a", "#b", "c: d"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert goyaml.load(dumped({"value": value})) == {"value": value}


def test_lists_stand_below_their_key_and_texts_are_quoted_where_go_needs_it() -> None:
    assert dumped({"a": ["x", {"b": "on"}], "c": []}, quote='"') == 'a:\n  - x\n  - b: "on"\nc: []\n'
