"""Reading and changing nested values without trusting their types."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.kube.tree import dig, drop, integer, leaves, listing, mapping, maps, overlay, path_text, put, text

BODY: Any = {"spec": {"ports": [{"port": 80, "name": "http"}, None], "type": "ClusterIP"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def test_a_wrong_type_reads_as_absent() -> None:
    assert mapping(BODY, "spec", "ports") == {} and listing(BODY, "spec", "type") == []
    assert text(BODY, "spec", "type") == "ClusterIP" and text(BODY, "spec", "ports") == ""
    assert integer(BODY, "spec", "ports", 0, "port") == 80 and integer(BODY, "spec", "type") is None
    assert dig(BODY, "spec", "type", "deeper") is None and dig(BODY, "spec", "ports", 9) is None
    assert maps(dig(BODY, "spec", "ports")) == [{"port": 80, "name": "http"}]


def test_a_change_copies_its_path_and_shares_the_rest() -> None:
    changed: Any = put(BODY, ("spec", "type"), "NodePort")
    assert changed["spec"]["type"] == "NodePort" and BODY["spec"]["type"] == "ClusterIP"
    assert changed["spec"]["ports"] is BODY["spec"]["ports"]
    assert "type" not in dig(drop(BODY, ("spec", "type")), "spec")


def test_missing_maps_are_made_on_the_way() -> None:
    assert put({}, ("metadata", "labels", "a"), "b") == {"metadata": {"labels": {"a": "b"}}}


def test_values_laid_over_others_merge_maps_and_replace_lists() -> None:
    assert overlay({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}


def test_paths_as_people_write_them() -> None:
    assert path_text(("spec", "containers", 0, "image")) == "spec.containers[0].image"
    assert path_text(("metadata", "labels", "example.org/x")) == 'metadata.labels["example.org/x"]'


@given(JSON)
def test_every_leaf_is_found_at_its_path(value: Any) -> None:
    for path, leaf in leaves(value):
        assert dig(value, *path) == leaf
