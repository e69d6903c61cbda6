"""Keys of a spec that one action prints from a map in values."""

from __future__ import annotations

import pytest

from rolloutgen.convert.discover.spread_spec import spec_of, spilled, strategy_keys
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.sources import Site, Source, Sources, read_sources
from tests.convert.edits.table import DEPLOYMENT

SPREAD = DEPLOYMENT.replace("spec:\n  selector", "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n  selector", 1)


def site_of(text: str) -> tuple[Site, Sources]:
    from rolloutgen.chart.chart import Chart

    sources = read_sources(Chart("web", {"Chart.yaml": b"name: web\n", "templates/d.yaml": text.encode()}))
    return sources.sites["templates/d.yaml#0"], sources


def test_without_such_an_action_there_is_nothing_to_leave_out() -> None:
    site, sources = site_of(DEPLOYMENT)
    assert spilled(site, [], sources) is None


def test_the_strategy_is_left_out_of_what_the_action_prints() -> None:
    site, sources = site_of(SPREAD)
    found = spilled(site, [{"spec": {"strategy": {}}}], sources)
    assert found is not None
    assert found.without_strategy(site, "").splitlines() == [
        '{{- with omit (.Values.spec | default dict) "strategy" }}',
        "  {{- toYaml . | nindent 2 }}",
        "  {{- end }}",
    ]


def test_a_strategy_that_is_written_out_counts_first() -> None:
    site, sources = site_of(SPREAD.replace("  selector", "  strategy: {type: RollingUpdate}\n  selector", 1))
    assert [node.key for node in strategy_keys(site, spec_of(site).children, sources)] == ["strategy"]
    assert spilled(site, [], sources) is None


def test_a_spec_in_flow_has_no_line_for_a_strategy() -> None:
    site = Site(source := Source("templates/d.yaml", "kind: Deployment\nspec: {replicas: 1}\n"), 0, source.documents[0])
    with pytest.raises(ChartRefused) as refused:
        spec_of(site)
    assert "flow mapping" in refused.value.refusals[0].why
