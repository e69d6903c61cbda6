"""Which Service carries a workload's traffic, where values of nobody's choice bring more of them."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.config.options import Options
from rolloutgen.convert.discover.traffic_service import service_sites
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.sources import Site, Source, Sources
from rolloutgen.model import Manifest, Ref, Rendered, ValueSet

SOURCE = Source("templates/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: gate\n")
SITE = Site(SOURCE, 0, SOURCE.documents[0])


def service(name: str) -> Manifest:
    port = {"port": 80, "name": "http-metrics" if name.endswith("probe") else "http"}
    body = {"metadata": {"name": name}, "spec": {"selector": {"app": "gate"}, "ports": [port]}}
    return Manifest(Ref("v1", "Service", "", name), body, f"templates/{name}.yaml", f"templates/{name}.yaml#0")


def render(*services: str, derived: bool = False) -> Rendered:
    template = {"metadata": {"labels": {"app": "gate"}}, "spec": {"containers": [{"name": "gate"}]}}
    body = {"metadata": {"name": "gate"}, "spec": {"template": template}}
    deployment = Manifest(Ref("apps/v1", "Deployment", "", "gate"), body, SOURCE.path, SITE.id)
    return Rendered(ValueSet("x", derived=derived), {}, (deployment, *map(service, services)), {})


def chosen(*renders: Rendered) -> list[str]:
    return list(service_sites(SITE, renders, Options(), Sources(Chart("", {}), {SOURCE.path: SOURCE})))


def test_a_service_beside_the_given_one_is_no_candidate() -> None:
    assert chosen(render("proxy"), render("proxy", "admin", derived=True)) == ["templates/proxy.yaml#0"]


@pytest.mark.parametrize(
    "renders",
    [
        (render("proxy"), render("proxy", "admin")),  # given values bring it
        (render("proxy"), render("admin", derived=True)),  # it stands in the place of the given one
        (render("proxy", "admin"),),
    ],
)
def test_two_that_could_carry_it_are_refused_by_name(renders: tuple[Rendered, ...]) -> None:
    with pytest.raises(ChartRefused) as caught:
        chosen(*renders)
    assert caught.value.refusals[0].code == "ambiguous-service"
    assert "admin, proxy" in caught.value.refusals[0].why


def test_the_workloads_name_decides_between_several() -> None:
    assert chosen(render("gate", "admin")) == ["templates/gate.yaml#0"]


@pytest.mark.parametrize("beside", ["proxy-metrics", "metric-svc", "probe"])
def test_a_service_for_metrics_is_no_candidate_beside_another(beside: str) -> None:
    assert chosen(render("proxy", beside)) == ["templates/proxy.yaml#0"]
    assert chosen(render(beside)) == [f"templates/{beside}.yaml#0"]


def test_metrics_do_not_decide_between_two_others() -> None:
    with pytest.raises(ChartRefused):
        chosen(render("proxy", "admin", "proxy-metrics"))


def test_one_that_is_written_twice_is_refused_with_its_places() -> None:
    first = service("gate")
    again = Manifest(first.ref, first.body, "templates/again.yaml", "templates/again.yaml#0")
    whole = render("gate")
    twice = Rendered(whole.value_set, {}, (*whole.objects, again), {})
    with pytest.raises(ChartRefused) as caught:
        chosen(twice)
    assert "written more than once: templates/again.yaml#0 and templates/gate.yaml#0" in caught.value.refusals[0].why
