"""Names, labels, quantities, durations and selectors as Kubernetes and Go read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rolloutgen.kube import durations, quantities, selectors, syntax


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("-2m", -120),
        ("0", 0),
        ("250ms", 0.25),
        ("1m1m", 120),
    ],
)
def test_durations_that_go_reads(text: str, seconds: float) -> None:
    assert durations.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "1d", "1.5", "5", "1 h", "1h ", "h", "--1s", "1H", "."])
def test_durations_that_go_refuses(text: str) -> None:
    assert durations.duration(text) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("100m", "0.1"),
        ("1Gi", "1073741824"),
        ("1G", "1000000000"),
        (2, "2"),
        (0.5, "0.5"),
        ("1e3", "1000"),
        ("1E", "1e18"),
        ("5.", "5"),
    ],
)
def test_quantities_that_kubernetes_reads(value: object, number: str) -> None:
    assert quantities.quantity(value) == Decimal(number)


@pytest.mark.parametrize("value", ["", "128MB", "1 Gi", "1gi", "one", True, None, [], "1Ki5", "e3"])
def test_quantities_that_kubernetes_refuses(value: object) -> None:
    assert quantities.quantity(value) is None


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (syntax.is_dns_label, ("a", "a-b", "0", "a" * 63), ("", "A", "a_b", "-a", "a-", "a.b", "a" * 64)),
        (syntax.is_port_name, ("http", "a-1", "1a", "a" * 15), ("", "80", "a--b", "-a", "a" * 16, "Http")),
        (syntax.is_label_value, ("", "a_b.c", "V1", "a" * 63), ("-a", "a b", "a/b", "a" * 64, "a+b")),
        (
            syntax.is_label_key,
            ("app", "example.com/app", "A_b"),
            ("", "/a", "a/", "a b", "a/b/c", "Ex.com/a", "a" * 64),
        ),
        (syntax.is_env_name, ("A", "a.b-c", "0", "with space"), ("", "A=B", "ä")),
    ],
)
def test_names(check: object, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert callable(check)
    assert [name for name in good if not check(name)] == []
    assert [name for name in bad if check(name)] == []


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("25%", 25), ("25", 25), ("0%", 0), ("x", 0), ("-5%", 0), (None, None), (True, None)]
)
def test_max_surge_as_the_controller_reads_it(value: object, number: int | None) -> None:
    assert quantities.percent_or_int(value) == number


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
