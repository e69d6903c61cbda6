"""Every golden chart as a user starts it: with the value sets that are derived, rendered in the worker process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rolloutgen.convert.job import Request, plan_chart
from rolloutgen.helm.isolated import WorkerEngine

from .case import HERE, cases

# Those that need values need them from the command line as well, which tests/cli looks at.
CONVERTED = {case.name: case for case in cases() if case.status == "converted" and not case.values}


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerEngine]:
    with WorkerEngine() as engine:
        yield engine


@pytest.mark.parametrize("name", CONVERTED)
def test_it_is_converted_under_all_derived_value_sets(name: str, worker: WorkerEngine) -> None:
    plan = plan_chart(str(HERE / name / "before"), Request(CONVERTED[name].options), worker).plan
    assert plan.status == "converted", plan.refusals
    assert all(verdict.holds for verdict in plan.verdicts)
    assert len(plan.verdicts) > 1  # derived ones too: at least another release name
