"""Schedules: each of these was asked of an API server."""

from __future__ import annotations

import pytest

from rolloutgen.schema.formats import is_schedule


@pytest.mark.parametrize(
    "text",
    [
        "0 3 * * 1-5",
        "*/5 * * * *",
        "*/70 * * * *",  # a step beyond the last value
        "1/2 * * * *",
        "1-5/2 * * * *",
        "1,2,3 * * * *",
        "1, * * * *",
        ", * * * *",
        "*,1 * * * *",
        "*-5 * * * *",
        "? * * * ?",
        "01 00 * * *",
        "+1 * * * *",
        " 1 * * * * ",
        "0 0 31 2 *",  # a day that never comes
        "* * * JAN mon",
        "* * * * sun-sat",
        "@daily",
        "@midnight",
        "@every 1h30m",
    ],
)
def test_a_schedule_that_the_server_takes(text: str) -> None:
    assert is_schedule(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",  # a Sunday is 0
        "* * * * 5-7",
        "5-1 * * * *",
        "* * * * fri-mon",
        "1-2-3 * * * *",
        "1--5 * * * *",
        "-1 * * * *",
        "*/0 * * * *",
        "*/ * * * *",
        "1/2/3 * * * *",
        "H * * * *",
        "L * * * *",
        "* * * foo *",
        "mon * * * *",
        "@reboot",
        "@Daily",
        "@every 1x",
        "TZ=UTC * * * * *",
        "CRON_TZ=Europe/Berlin 1 * * * *",
        "9999999999999999999999999 * * * *",
    ],
)
def test_a_schedule_that_the_server_refuses(text: str) -> None:
    assert not is_schedule(text)
