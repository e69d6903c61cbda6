"""The text about a rule and the table of rules."""

from __future__ import annotations

import pytest

from rolloutgen.errors import UsageError
from rolloutgen.explain import explain, table


def test_a_rule_is_explained_with_its_reason_the_way_out_and_both_examples() -> None:
    text = explain("two-strategies")
    assert text.startswith("two-strategies (error)\n\nA Rollout has two strategies.")
    assert [part in text for part in ("\nWhy: ", "\nFix: ", "\nSource: ", "\nWrong:\n", "\nRight:\n")] == [True] * 5
    assert max(map(len, text.splitlines())) <= 124


def test_every_rule_can_be_explained() -> None:
    for row in table():
        assert explain(row.code).startswith(f"{row.code} ({row.severity})\n\n{row.summary}")


def test_the_table_is_sorted_and_whole() -> None:
    ids = [row.code for row in table()]
    assert ids == sorted(ids)
    assert len(ids) > 100


def test_a_wrong_id_names_the_near_ones() -> None:
    with pytest.raises(UsageError) as caught:
        explain("two-strategy")
    assert "two-strategies" in caught.value.hint
