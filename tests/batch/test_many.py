"""Workers: outcomes in order, and a worker that dies takes only its own chart along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rolloutgen.batch import pool
from rolloutgen.batch.convert import ConvertTask, run_all
from rolloutgen.convert.job import Request

CHARTS = Path(__file__).parents[1] / "charts"


def task(case: str, **flags: object) -> ConvertTask:
    return ConvertTask(str(CHARTS / case / "before"), Request(flags))


def test_outcomes_come_in_the_order_of_the_tasks() -> None:
    cases = ["plain", "strategy-recreate", "plain", "converted-already"]
    outcomes = list(run_all([task(case) for case in cases], "embedded"))
    assert [outcome.status for outcome in outcomes] == ["converted", "refused", "converted", "unchanged"]
    assert [outcome.code for outcome in outcomes] == [0, 1, 0, 0]
    assert all(outcome.form("brief") for outcome in outcomes)


def test_what_the_user_must_set_right_is_code_2_and_does_not_stop_the_rest() -> None:
    outcomes = list(run_all([task("plain", values=("missing.yaml",)), task("plain")], "embedded"))
    assert [(outcome.status, outcome.code) for outcome in outcomes] == [("failed", 2), ("converted", 0)]
    assert "missing.yaml" in outcomes[0].fault


def test_a_missing_helm_is_said_for_every_chart() -> None:
    outcomes = list(run_all([task("plain"), task("plain")], "/no/such/helm"))
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("failed", 2)}


def test_a_worker_that_dies_takes_only_its_own_chart_along() -> None:
    broken = ConvertTask("x", Request(flags={"values": _Bomb()}))
    outcomes = list(run_all([task("plain"), broken, task("plain")], "embedded", processes=1))
    assert [outcome.status for outcome in outcomes] == ["converted", "failed", "converted"]
    assert "ended the process" in outcomes[1].fault


def test_a_chart_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_SECONDS", 1.0)
    (outcome,) = run_all([ConvertTask("x", Request(flags={"values": _Sleep()}))], "embedded")
    assert outcome.status == "failed" and "longer than 1 seconds" in outcome.fault


class _Bomb:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (9,))


class _Sleep:
    """Keeps the process that unpickles it busy."""

    def __reduce__(self) -> tuple[object, ...]:
        import time

        return (time.sleep, (30,))
