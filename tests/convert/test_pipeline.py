"""Refusals of a chart that was read with flow mappings on lines name lines of the chart as it is."""

from __future__ import annotations

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.pipeline import convert
from rolloutgen.helm import HelmEngine
from rolloutgen.model import Release, ValueSet

TEXT = """{{/* one */}}
{
  "apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {"name": "web"},
  "spec": {
    "strategy": {"type": "%s"},
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "%s"}]}}
  }
}
"""


def chart(strategy: str, image: str) -> Chart:
    """A chart of one Deployment in JSON."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "values.yaml": 'flow: \'a"}, {"name": "b\'\n',
        "templates/deployment.yaml": TEXT % (strategy, image),
    }
    return Chart("web", {path: text.encode() for path, text in files.items()})


SETS = (ValueSet("defaults", {}, Release("r", "n")),)


def test_lines_within_are_that_of_the_flow_mapping(embedded: HelmEngine) -> None:
    plan = convert(chart("Recreate", "x"), SETS, embedded, Options())
    assert [(found.code, found.line) for found in plan.refusals] == [("recreate-strategy", 2)]
    assert plan.before.text("templates/deployment.yaml") == TEXT % ("Recreate", "x")


def test_a_value_that_prints_more_entries_is_not_put_on_lines(embedded: HelmEngine) -> None:
    plan = convert(chart("RollingUpdate", "{{ .Values.flow }}"), SETS, embedded, Options())
    assert [found.code for found in plan.refusals] == ["deployment-not-in-source"]
