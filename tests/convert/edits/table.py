"""Tables of `before -> after`: one file of a small chart, and what the edits of a conversion make of it.

A case is a mapping: `about` (one sentence), `before` and `after` (the text of one file), `path` (which file, by default
templates/case.yaml), `to` (its new path, where it gets one), `files` (more files of the chart), `values` (values.yaml)
and `options` (fields of Options). Without `after` the text must stay as it is; an empty `before` is a file that the
conversion adds. The chart around the case has a Deployment and a Service, `web`, unless `files` or `path` replace them.
The conversion is proven as for a user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rolloutgen import goyaml
from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import checked, settle
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.valuesets.value_sets import chosen_sets

CASES = Path(__file__).parent / "cases"
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:1
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {app: web}
  ports:
    - port: 80
"""


@dataclass(frozen=True)
class Case:
    """One row of a table; see the module's docstring."""

    about: str
    before: str
    after: str = ""
    path: str = "templates/case.yaml"
    to: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    values: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def cases(name: str) -> list[Any]:
    """The cases of cases/NAME.yaml as parameters for pytest, by what they are about."""
    return [pytest.param(case, id=case.about) for case in _read(name)]


def _read(name: str) -> Iterator[Case]:
    rows: Any = goyaml.load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    for row in rows:
        yield Case(**row)


@cache
def _engine() -> EmbeddedEngine:
    return EmbeddedEngine()


def planned(case: Case) -> Plan:
    """The plan for the case's chart."""
    files = {
        "Chart.yaml": CHART,
        "values.yaml": case.values,
        "templates/deployment.yaml": DEPLOYMENT,
        "templates/service.yaml": SERVICE,
        **case.files,
        case.path: case.before,
    }
    chart = Chart("web", {path: text.encode() for path, text in files.items() if text})
    options = checked(settle({"router": "none", "strategy": "canary"}, case.options), {})
    return convert(chart, chosen_sets(chart, _engine(), options).sets, _engine(), options)


def edited(case: Case) -> Mapping[str, str]:
    """Every file of the case's chart after the conversion, by path. Fails where the chart is refused."""
    plan = planned(case)
    assert plan.status == "converted" and plan.after, plan.refusals
    return {path: data.decode() for path, data in plan.after.files.items()}


def check(case: Case) -> None:
    """Asserts that the case's file reads as its row says."""
    assert edited(case)[case.to or case.path] == (case.after or case.before)
