"""YAML as Go reads it. Expected values follow Go's resolve rules; the embedded Helm is asked as the oracle."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen import goyaml
from rolloutgen.errors import LimitError
from rolloutgen.goyaml import Duplicate, YamlError, dumped

SCALARS = {
    "y": True,
    "Y": True,
    "yes": True,
    "on": True,
    "n": False,
    "Off": False,
    "NO": False,
    "yEs": "yEs",
    "true": True,
    "tRue": "tRue",
    "~": None,
    "": None,
    "Null": None,
    "010": 8,
    "0o10": 8,
    "0x1F": 31,
    "0b101": 5,
    "-0b101": -5,
    "08": 8,
    "+12": 12,
    "-0": 0,
    "1_000": 1000,
    "1e3": 1000,
    "1.0": 1,
    "1.50": 1.5,
    ".5": 0.5,
    "5.": 5,
    "1e-2": 0.01,
    "12e03": 12000,
    "9223372036854775807": 9223372036854775807,
    "18446744073709551615": 18446744073709551615,
    "18446744073709551616": 18446744073709551616.0,
    "1.2.3": "1.2.3",
    "1:30": "1:30",
    "2024-01-31": "2024-01-31",
    "2024-1-31T10:00:00Z": "2024-1-31T10:00:00Z",
    "=": "=",
    "+": "+",
    ".": ".",
    "1e": "1e",
    "0x": "0x",
    "v1": "v1",
    "500m": "500m",
    "'010'": "010",
    '"yes"': "yes",
    "!!str 010": "010",
    "!!int '7'": 7,
    "!!float 3": 3,
    "!custom 3": "3",
    "!!binary aGk=": "hi",
}


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_follow_go(text: str) -> None:
    value = goyaml.load(f"a: {text}\n")["a"]
    assert (value, type(value)) == (SCALARS[text], type(SCALARS[text]))


DOCUMENTS = [
    *(f"a: {text}\n" for text in SCALARS if len(text) < 16),
    "true: x\n1: y\n1.5: z\n010: w\nyes: v\n",
    "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\ne:\n  c: 3\n  <<: *x\n",
    "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz:\n  <<: [*x, *y]\n",
    "a: 1\nb: 2\na: 3\n",
    "a: |\n  text\n  more\nb: >-\n  folded\n  line\n",
    "- not\n- a map\n",
    "a: 'it''s'\nb: \"tab\\t\\u00e9\"\n",
    "a: [1, two, {three: 3}]\n? complex\n: value\n",
    "a: x # comment\n# more\n\n",
    "a:\tb\n",
    "a: [\n",
    "a: .nan\n",
    "a: b: c\n",
    "~: x\n",
    "[a]: x\n",
    "a: *nowhere\n",
    "a: &a [*a]\n",
    "a: !!int x\n",
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_agrees_with_the_yaml_inside_helm(text: str) -> None:
    helm_python = pytest.importorskip("helm_python")
    try:
        expected = helm_python.values_from_yaml(text)
    except helm_python.HelmError:
        refused = True
        with contextlib.suppress(YamlError):
            refused = not isinstance(goyaml.load(text), dict)  # values must be a mapping
        assert refused
        return
    assert json.loads(json.dumps(goyaml.load(text))) == expected


def test_the_last_of_two_keys_wins_and_both_are_told() -> None:
    document = goyaml.parse("env:\n  - name: A\n    name: B\nx: 1\nx: 2\n", first_line=11)
    assert document.body == {"env": [{"name": "B"}], "x": 2}
    assert document.duplicates == (Duplicate(("env", 0, "name"), 13), Duplicate(("x",), 15))


def test_a_merged_key_is_no_duplicate() -> None:
    document = goyaml.parse("base: &b {a: 1}\nc:\n  <<: *b\n  a: 2\n")
    assert document.duplicates == ()
    assert document.body["c"] == {"a": 2}


def test_aliases_do_not_share_values() -> None:
    body = goyaml.load("a: &x {b: 1}\nc: *x\n")
    body["a"]["b"] = 2
    assert body["c"] == {"b": 1}


def test_documents_are_split_as_helm_splits_them() -> None:
    text = "\n---\n# only a comment\n---   \na: 1\n---\n\n\n  \nb: |\n  ---\n  x\n---glued: 1\n"
    documents = goyaml.load_documents(text)
    assert [(document.line, document.body) for document in documents] == [
        (3, None),
        (5, {"a": 1}),
        (10, {"b": "---\nx\n"}),
        (13, {"glued": 1}),
    ]


def test_a_missing_newline_at_the_end_is_added_as_helm_adds_it() -> None:
    (document,) = goyaml.load_documents("a: |\n  text")
    assert document.body == {"a": "text\n"}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [1,\n", 3), ("a: 1\nb: .inf\n", 2), ("ok: 1\n\tbad: 2\n", 2), ("a: 1\nb: \x01\n", 2), ("a: @x\n", 1)],
)
def test_faults_name_their_line(text: str, line: int) -> None:
    with pytest.raises(YamlError) as fault:
        goyaml.load(text)
    assert fault.value.line == line


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "? " * 50_000])
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(LimitError, match="nested too deeply"):
        goyaml.load(text)


@pytest.mark.parametrize("deep", ["[" * 2000, "[" * 290 + "\n" + "[" * 20, "{a: " * 2000, "\n  " + "- " * 2000])
def test_the_limit_of_nesting_names_its_line_in_the_whole_text(deep: str) -> None:
    """The same line whether libyaml bounds the nesting by itself (0.2.6) or not."""
    with pytest.raises(LimitError, match="nested too deeply") as raised:
        goyaml.load_documents(f"a: 1\n---\nb: 1\nc: {deep}")
    assert raised.value.line == 4 + deep.count("\n")


def test_nesting_by_indentation_is_refused() -> None:
    with pytest.raises(LimitError, match="nested too deeply"):
        goyaml.load("\n".join(" " * depth + "a:" for depth in range(2000)))


def test_a_bomb_of_aliases_is_refused() -> None:
    levels = "abcdefghij"
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for before, name in itertools.pairwise(levels):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    with pytest.raises(LimitError, match="without bound"):
        goyaml.load(text)


def test_layers_are_merged_key_by_key() -> None:
    base = {"a": {"b": 1, "c": [1]}, "d": 1}
    assert goyaml.merge(base, {"a": {"c": [2]}, "d": {"e": 1}, "f": None}) == {
        "a": {"b": 1, "c": [2]},
        "d": {"e": 1},
        "f": None,
    }
    assert base == {"a": {"b": 1, "c": [1]}, "d": 1}


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
