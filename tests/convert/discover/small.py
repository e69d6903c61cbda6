"""The survey of a chart of a few lines."""

from __future__ import annotations

from typing import Any

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import checked, settle
from rolloutgen.convert.discover.survey import Survey, survey
from rolloutgen.gotemplate.sources import instrument, read_sources, with_sites
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Rendered
from rolloutgen.valuesets.value_sets import chosen_sets
from tests.convert.edits.table import CHART, DEPLOYMENT, SERVICE


def found_in(engine: EmbeddedEngine, files: dict[str, str], **flags: Any) -> Survey:
    """The survey of the chart `web` with a Deployment and a Service, and `files` over them; "" takes a file away."""
    whole = {
        "Chart.yaml": CHART,
        "values.yaml": "",
        "templates/deployment.yaml": DEPLOYMENT,
        "templates/service.yaml": SERVICE,
        **files,
    }
    chart = Chart("web", {path: text.encode() for path, text in whole.items() if text})
    options = checked(settle({"router": "istio", "strategy": "canary"}, flags), {})
    sources = read_sources(chart)
    results = engine.render_all(instrument(sources), chosen_sets(chart, engine, options).sets)
    renders = [with_sites(result, sources) for result in results if isinstance(result, Rendered)]
    found = survey(sources, renders, options, "rollout")
    assert found is not None
    return found
