"""Whether a Service's selector picks pods, with null labels as the API server decodes them."""

from __future__ import annotations

from rolloutgen.kube.selectors import picks, selector_faults, selects


def test_a_subset_of_the_labels_picks() -> None:
    assert picks({"app": "web"}, {"app": "web", "tier": "front"})
    assert not picks({"app": "web", "tier": "back"}, {"app": "web", "tier": "front"})


def test_a_null_label_is_an_empty_text() -> None:
    """The API server decodes labels into a map of strings: null becomes ""."""
    assert picks({"a": ""}, {"a": None})
    assert picks({"a": None}, {"a": ""})
    assert not picks({"a": "x"}, {"a": None})


def test_expressions_are_heard_beside_labels() -> None:
    selector = {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "track", "operator": "DoesNotExist"}]}
    assert selects(selector, {"app": "web"})
    assert not selects(selector, {"app": "web", "track": "canary"})


def test_what_the_server_refuses_in_a_selector() -> None:
    faults = dict(
        selector_faults({"matchLabels": {"app": "a b"}, "matchExpressions": [{"key": "x", "operator": "Is"}]})
    )
    assert faults.keys() == {("matchLabels", "app"), ("matchExpressions", 0, "operator")}
