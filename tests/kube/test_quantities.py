"""Resource quantities, and integers that may be percentages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rolloutgen.kube import quantities


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("100m", "0.1"),
        ("1Gi", "1073741824"),
        ("1G", "1000000000"),
        ("-1.5k", "-1500"),
        (2, "2"),
        (0.5, "0.5"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("1E", "1e18"),
        ("5.", "5"),
        (" 1 ", "1"),
    ],
)
def test_quantities_that_kubernetes_reads(value: object, number: str) -> None:
    assert quantities.quantity(value) == Decimal(number)


@pytest.mark.parametrize(
    "value", ["", "128MB", "1 Gi", "1gi", "1Gx", "one", True, None, [], "1Ki5", "e3", "1e99999", "1Gi\n"]
)
def test_quantities_that_kubernetes_refuses(value: object) -> None:
    assert quantities.quantity(value) is None


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("25%", 25), ("25", 25), ("0%", 0), ("x", 0), ("-5%", 0), (None, None), (True, None)]
)
def test_max_surge_as_the_controller_reads_it(value: object, number: int | None) -> None:
    assert quantities.percent_or_int(value) == number
