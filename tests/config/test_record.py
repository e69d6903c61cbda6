"""The record: what it keeps, what it makes of a second run, and of a chart that is converted by half."""

from __future__ import annotations

from pathlib import Path

import pytest

from rolloutgen.chart.chart import Chart, load_chart
from rolloutgen.config.options import Options
from rolloutgen.config.record import PATH, general_name, read_record
from rolloutgen.convert.pipeline import Plan, convert
from rolloutgen.errors import ChartError
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import ValueSet
from rolloutgen.valuesets.value_sets import LONG, SHORT

CHARTS = Path(__file__).parents[1] / "charts"
SETS = (ValueSet("short", {}, SHORT), ValueSet("long", {}, LONG))


def planned(chart: Chart, engine: EmbeddedEngine, **options: object) -> Plan:
    return convert(chart, SETS, engine, Options(**options))  # type: ignore[arg-type]


def test_the_record_gives_back_what_was_chosen(embedded: EmbeddedEngine) -> None:
    after = planned(load_chart(CHARTS / "plain/before"), embedded, router="none", values_key="delivery").after
    assert after is not None
    record = read_record(after)
    assert record is not None
    assert record.chosen["router"] == "none" and record.chosen["values_key"] == "delivery"
    assert "values" not in record.chosen and "helm" not in record.chosen, "these belong to a run, not to the chart"
    assert record.kept == ()


def test_a_deployment_that_was_left_out_on_purpose_stays_so(embedded: EmbeddedEngine) -> None:
    chart = load_chart(CHARTS / "several-deployments-in-file/before")
    names = [m.ref.name for m in embedded.render(chart, SETS[0]).objects if m.ref.kind == "Deployment"]
    after = planned(chart, embedded, workloads=(names[0],)).after
    assert after is not None
    record = read_record(after)
    assert record is not None and len(record.kept) == len(names) - 1
    assert planned(after, embedded).status == "unchanged"


def test_a_deployment_that_came_later_is_not_passed_over(embedded: EmbeddedEngine) -> None:
    after = planned(load_chart(CHARTS / "plain/before"), embedded).after
    assert after is not None
    late = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: late}\nspec: {}\n"
    plan = planned(after.with_files({"templates/late.yaml": late.encode()}), embedded)
    assert [refusal.code for refusal in plan.refusals] == ["half-converted"]
    assert plan.refusals[0].path == "templates/late.yaml"


def test_without_a_record_rollout_and_deployment_side_by_side_are_half_a_conversion(embedded: EmbeddedEngine) -> None:
    after = planned(load_chart(CHARTS / "plain/before"), embedded).after
    assert after is not None
    late = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: late}\nspec: {}\n"
    plan = planned(after.with_files({"templates/late.yaml": late.encode(), PATH: None}), embedded)
    assert [refusal.code for refusal in plan.refusals] == ["half-converted"]


def test_without_a_record_a_chart_of_rollouts_alone_is_done(embedded: EmbeddedEngine) -> None:
    after = planned(load_chart(CHARTS / "plain/before"), embedded).after
    assert after is not None
    assert planned(after.with_files({PATH: None}), embedded).status == "unchanged"


@pytest.mark.parametrize("text", ["[]", "options: 3", "a: ["])
def test_a_broken_record_is_an_error_that_names_it(text: str) -> None:
    chart = load_chart(CHARTS / "plain/before").with_files({PATH: text.encode()})
    with pytest.raises(ChartError) as caught:
        read_record(chart)
    assert caught.value.path == PATH


@pytest.mark.parametrize(
    ("name", "general"),
    [("rg-web", "RELEASE-web"), ("rg", "RELEASE"), ("cargo-rg", "cargo-RELEASE"), ("cargo", "cargo"), ("rgb", "rgb")],
)
def test_a_release_is_replaced_as_a_word_only(name: str, general: str) -> None:
    assert general_name(name, "rg") == general
