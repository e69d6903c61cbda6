"""jsonschema-rs and jsonschema must come to the same verdicts."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rolloutgen.schema import check
from tests.schema.mutants import good_objects, manifest, mutants

GOOD = good_objects()
CASES = [[mutant for _, mutant in mutants(body)] for body in GOOD]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


def findings(body: dict[str, Any], backend: Any) -> set[tuple[Any, ...]]:
    (verdict,) = check([manifest(body)], backend=backend)
    return {(verdict.state,), *((error.at, error.code, error.message) for error in verdict.errors)}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_both_backends_agree_on_mutants(data: st.DataObject) -> None:
    mutant = data.draw(st.sampled_from(data.draw(st.sampled_from(CASES))))
    assert findings(mutant, "jsonschema-rs") == findings(mutant, "jsonschema")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(GOOD), JSON, st.data())
def test_both_backends_agree_on_anything(body: dict[str, Any], value: Any, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(set(body) - {"apiVersion", "kind"})))
    spoilt = {**body, field: {**body[field], "x": value} if isinstance(body[field], dict) else value}
    assert findings(spoilt, "jsonschema-rs") == findings(spoilt, "jsonschema")


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["a\n", "\n", "app\n\n", "1Gi\n", "é", "\x00"]), st.sampled_from(GOOD))
def test_both_backends_see_a_newline_at_the_end(name: str, body: dict[str, Any]) -> None:
    spoilt = {**body, "metadata": {"name": name, "labels": {"a": name}}}
    assert findings(spoilt, "jsonschema-rs") == findings(spoilt, "jsonschema") != {("valid",)}


def test_keys_of_digits_are_keys() -> None:
    data = {"8080": 1, "0080": 2, "+80": 3, "1" * 30: 4, "1" * 5000: 5, "a": 6}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ports"}, "data": data}
    found = findings(body, "jsonschema-rs")
    assert found == findings(body, "jsonschema")
    assert {at for (at, *_) in found - {("invalid",)}} == {("data", key) for key in data}


def test_a_key_of_digits_on_the_way_to_a_fault() -> None:
    data = {"01": {"a": {}}, "1": {"b": {}}}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": data}}
    assert findings(body, "jsonschema-rs") == findings(body, "jsonschema")
