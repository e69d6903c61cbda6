"""Charts out of random parts are converted and proven, and what an independent look at the renders finds is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rolloutgen.config.options import Options, settle
from rolloutgen.config.record import read_record
from rolloutgen.convert.pipeline import convert
from rolloutgen.helm.embedded import EmbeddedEngine
from rolloutgen.model import Manifest, ValueSet
from rolloutgen.valuesets.value_sets import LONG, SHORT

from .case import HOSTS
from .random_chart import RECIPES, Recipe

SETS = (
    ValueSet("given", {}, SHORT),
    ValueSet("long name", {}, LONG),
    ValueSet("on", {"on": True, "hpa": {"enabled": True}, "strategy": {"rollingUpdate": {"maxSurge": 4}}}, SHORT),
    ValueSet("filled", {"env": {"A": "1"}, "resources": {"limits": {"cpu": 1}}, "rollout": HOSTS}, SHORT),
    ValueSet("null", {"strategy": None, "rollout": None, "ports": {"metrics": None}}, SHORT),
)
CHOICES = st.sampled_from(["canary", "canary", "blue-green", "basic"])


@settings(max_examples=40, deadline=None)
@given(RECIPES, CHOICES)
def test_a_chart_of_random_parts_is_converted_and_proven(
    embedded: EmbeddedEngine, recipe: Recipe, strategy: str
) -> None:
    # Blue-green switches a Service: without one in every render it is refused.
    assume(strategy != "blue-green" or recipe.service not in ("none", "in a condition"))
    before = recipe.chart()
    plan = convert(before, SETS, embedded, Options(strategy=strategy))  # type: ignore[arg-type]
    assert plan.status == "converted", [(r.code, r.path, r.line, r.why) for r in plan.refusals]
    assert plan.after is not None
    assert {verdict.state for verdict in plan.verdicts} == {"equal"}

    record = read_record(plan.after)
    assert record is not None
    assert convert(plan.after, SETS, embedded, settle(record.chosen)).status == "unchanged"

    for value_set in SETS:
        olds, news = (embedded.render(chart, value_set).objects for chart in (before, plan.after))
        check_workload(olds, news, exact=recipe.pod != "self")
        check_services(olds, news)
    for path in ("templates/_helpers.tpl", "templates/ingress.yaml"):
        if recipe.ingress == "none" and path in before.files:
            assert plan.after.files[path] == before.files[path]
    if recipe.newline == "\r\n":
        edited = [change.to or change.path for change in plan.changes if change.action in ("edited", "renamed")]
        assert all(b"\n" not in plan.after.files[path].replace(b"\r\n", b"") for path in edited if path != "NOTES.txt")


def check_workload(olds: Sequence[Manifest], news: Sequence[Manifest], *, exact: bool) -> None:
    """One Rollout in the Deployment's place: same name, selector and pods, and no number of replicas taken away."""
    (old,) = of_kind(olds, "Deployment")
    (new,) = of_kind(news, "Rollout")
    assert not of_kind(news, "Deployment")
    assert new.ref.name == old.ref.name
    assert new.body["spec"]["selector"] == old.body["spec"]["selector"]
    if exact:
        assert new.body["spec"]["template"] == without_nulls(old.body["spec"]["template"])
    scalers = of_kind(news, "HorizontalPodAutoscaler")
    for scaler in scalers:
        assert scaler.body["spec"]["scaleTargetRef"]["kind"] == "Rollout"
        assert new.body["spec"]["replicas"] >= scaler.body["spec"]["minReplicas"]
    if not scalers:
        assert new.body["spec"].get("replicas") == old.body["spec"].get("replicas")


def check_services(olds: Sequence[Manifest], news: Sequence[Manifest]) -> None:
    """The Rollout's Services are there and select what the old one did; routes lead to one of them."""
    before, after = ({m.ref.name: m.body["spec"] for m in of_kind(each, "Service")} for each in (olds, news))
    (rollout,) = of_kind(news, "Rollout")
    (kind, how), *more = rollout.body["spec"]["strategy"].items()
    assert not more
    named = [how[key] for key in ("stableService", "canaryService", "activeService", "previewService") if key in how]
    assert len(set(named)) == len(named)
    assert len(after) == (len(named) or len(before))
    for spec in before.values():
        for name in named:
            assert after[name]["selector"] == spec["selector"]
            assert [port["port"] for port in after[name]["ports"]] == [port["port"] for port in spec["ports"]]
    for ingress in of_kind(news, "Ingress"):
        if before:
            assert backend(ingress.body["spec"]) in (named[:1] or list(after))
    for virtual_service in of_kind(news, "VirtualService"):
        routes = virtual_service.body["spec"]["http"]
        assert {d["destination"]["host"] for route in routes for d in route["route"]} <= set(named)
    if kind == "canary" and named:
        steered = how["trafficRouting"]["istio"]["virtualService"]["name"]
        assert steered in {m.ref.name for m in of_kind(news, "VirtualService")}


def of_kind(objects: Sequence[Manifest], kind: str) -> list[Manifest]:
    return [manifest for manifest in objects if manifest.ref.kind == kind]


def backend(spec: Mapping[str, Any]) -> Any:
    """The Service of an Ingress with one backend."""
    if "defaultBackend" in spec:
        return spec["defaultBackend"]["service"]["name"]
    return spec["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"]


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
