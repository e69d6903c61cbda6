"""A small chart to convert, with what a test adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Diagnostic, Release, ValueSet

RELEASE = Release("rg", "rg-a")

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  annotations:
    team: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
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
  labels:
    app: web
spec:
  selector:
    app: web
  ports:
    - port: 80
"""
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "values.yaml": "enabled: true\n",
    "templates/deployment.yaml": DEPLOYMENT,
    "templates/service.yaml": SERVICE,
}


def plan(files: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None, **options: Any) -> Plan:
    """The plan for the small chart with `files` over its own, under one value set."""
    texts = {**FILES, **{path: dedent(text) for path, text in (files or {}).items()}}
    chart = Chart("web", {path: text.encode() for path, text in texts.items()})
    return convert(chart, [ValueSet("given", values or {}, RELEASE)], EmbeddedEngine(), Options(**options))


def findings(
    rule: str, files: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None, **options: Any
) -> list[Diagnostic]:
    """The findings of one kind; the chart must be convertible."""
    made = plan(files, values, **options)
    assert made.status == "converted", made.refusals
    return [finding for finding in made.findings if finding.code == rule]


def places(
    rule: str, files: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None, **options: Any
) -> list[tuple[str, int]]:
    """File and line of each finding of one kind."""
    return [(finding.path, finding.line) for finding in findings(rule, files, values, **options)]


def written(
    rule: str, files: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None, **options: Any
) -> list[tuple[str, str]]:
    """File and text of the line of each finding of one kind, in the new chart."""
    made = plan(files, values, **options)
    assert made.status == "converted" and made.after, made.refusals
    return [
        (finding.path, made.after.text(finding.path).splitlines()[finding.line - 1].strip())
        for finding in made.findings
        if finding.code == rule
    ]


def deployment(old: str, new: str) -> dict[str, str]:
    """The Deployment's file with one piece of it replaced."""
    assert old in DEPLOYMENT
    return {"templates/deployment.yaml": DEPLOYMENT.replace(old, new)}


def service(old: str, new: str) -> dict[str, str]:
    """The Service's file with one piece of it replaced."""
    assert old in SERVICE
    return {"templates/service.yaml": SERVICE.replace(old, new)}
