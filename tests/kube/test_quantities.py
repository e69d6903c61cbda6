"""Integers that may be percentages; quantities themselves are read in test_syntax."""

from __future__ import annotations

from decimal import Decimal

from rolloutgen.kube.quantities import percent_or_int, quantity


def test_the_server_trims_spaces() -> None:
    assert quantity(" 100m ") == Decimal("0.1")


def test_numbers_of_yaml_are_quantities_too() -> None:
    assert quantity(2) == 2 and quantity(0.5) == Decimal("0.5") and quantity(True) is None


def test_surge_as_a_number_or_a_percentage() -> None:
    assert percent_or_int(3) == 3 and percent_or_int("25%") == 25 and percent_or_int("many") == 0
