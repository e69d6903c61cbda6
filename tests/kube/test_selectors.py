"""Label selectors as Kubernetes reads them."""

from __future__ import annotations

import pytest

from rolloutgen.kube import selectors


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ({"key": "app", "operator": "In", "values": ["web", "x"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["web"]}, False),
        ({"key": "tier", "operator": "NotIn", "values": ["web"]}, True),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
    ],
)
def test_expressions_of_selectors(expression: dict[str, object], matches: bool) -> None:
    assert selectors.selects({"matchExpressions": [expression]}, {"app": "web"}) is matches


def test_all_parts_of_a_selector_must_match() -> None:
    selector = {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]}
    assert not selectors.selects(selector, {"app": "web"})
    assert selectors.selects(selector, {"app": "web", "tier": "x"})


@pytest.mark.parametrize(
    ("selector", "labels", "matches"),
    [
        ({"a": ""}, {"a": None}, True),
        ({"a": None}, {"a": ""}, True),
        ({"a": None}, {"a": None}, True),
        ({"a": None}, {}, False),
        ({"a": "x"}, {"a": None}, False),
        ({}, {"a": "x"}, False),
    ],
)
def test_a_null_label_is_an_empty_one_and_not_an_absent_one(
    selector: dict[str, object], labels: dict[str, object], matches: bool
) -> None:
    assert selectors.picks(selector, labels) is matches
    assert selectors.selects({"matchLabels": selector}, labels) is (matches or not selector)
