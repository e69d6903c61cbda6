"""Every edit has a table of `before -> after`, cases without a change first; see `table` for the form of a case."""

from __future__ import annotations

from pathlib import Path

import pytest

import rolloutgen

from .table import CASES, Case, cases, check

EDITS = Path(rolloutgen.__file__).parent / "convert/edits"
TABLES = sorted(path.stem for path in CASES.glob("*.yaml"))
# What no file of a chart shows by itself: the order of edits, and what several edits share.
SHARED = {
    "conditions", "context", "generated", "http_routes", "name_expressions", "operations", "plan_chart",
    "plan_services", "plan_workload", "referrers", "service_name_usages",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for name in TABLES for case in cases(name)])
def test_the_edit_makes_what_the_table_says(case: Case) -> None:
    check(case)


def test_every_edit_has_a_table() -> None:
    edits = {path.stem for path in EDITS.glob("*.py")} - {"__init__"}
    assert edits - SHARED == set(TABLES), "a table in cases/ for each edit, named like its module"
