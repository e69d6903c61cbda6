"""The log of `--verbose` names each decision with its reason, and costs nothing without the option."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from rolloutgen.convert.job import Request, plan_chart
from rolloutgen.helm.embedded import EmbeddedEngine

EXAMPLE = Path(__file__).parents[3] / "examples/blockexplorer/before"


def test_the_service_is_logged_with_its_reason(embedded: EmbeddedEngine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="rolloutgen"):
        plan_chart(str(EXAMPLE), Request(), embedded)
    lines = [record.getMessage() for record in caplog.records]
    service = next(line for line in lines if "traffic Service" in line)
    assert service == (
        "Deployment rg-blockexplorer (templates/_deployment.yaml:2): traffic Service at templates/istio-http.yaml:53, "
        "because a route of the chart points at it"
    )
    assert "value set defaults (given): 5 objects" in lines
    assert any(line.endswith("autoscaler at templates/hpa.yaml:2") for line in lines)


def test_without_the_option_nothing_is_logged(embedded: EmbeddedEngine, caplog: pytest.LogCaptureFixture) -> None:
    plan_chart(str(EXAMPLE), Request(), embedded)
    assert not caplog.records
