"""The AnalysisTemplate of a workload and where its strategy runs it; the channels that hear of a rollout."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.convert.expected.release import transform
from rolloutgen.errors import ChartRefused
from rolloutgen.model import Decisions, Manifest, Ref, Release, WorkloadDecision

GIVEN = {"enabled": True, "prometheus": "http://p:9090", "interval": "1m", "successRate": 0.99, "p99Milliseconds": 500}
STEPS = [{"setCanaryScale": {"replicas": 1}}, {"setWeight": 0}, {"setWeight": 5}, {"pause": {}}]


def converted(mode: Any, block: dict[str, Any], *, notified: bool = False) -> dict[str, Any]:
    """The objects by kind that a Deployment and a Service `web` in namespace `shop` become."""
    pod = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": pod}
    metadata = {"name": "web", "annotations": {"team": "a"}}
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    objects = [
        Manifest(Ref("apps/v1", "Deployment", "", "web"), {"metadata": metadata, "spec": spec}, site="d"),
        Manifest(Ref("v1", "Service", "", "web"), service, site="s"),
    ]
    decision = WorkloadDecision("web", ("d",), ("s",), analysis=mode, notified=notified)
    made = transform(objects, Decisions((decision,)), block, Release("r", "shop"))
    return {manifest.ref.kind: manifest.body for manifest in made.objects}


def canary(found: dict[str, Any]) -> dict[str, Any]:
    return found["Rollout"]["spec"]["strategy"]["canary"]


def test_no_data_too_few_requests_and_not_a_number_fulfil_no_condition() -> None:
    metrics = converted("background", {"analysis": GIVEN})["AnalysisTemplate"]["spec"]["metrics"]
    assert [(m["successCondition"], m["failureCondition"]) for m in metrics] == [
        ("len(result) > 0 && result[0] >= 0.99", "len(result) > 0 && result[0] < 0.99"),
        ("len(result) > 0 && result[0] <= 500", "len(result) > 0 && result[0] > 500"),
    ]


def test_requests_that_all_fail_are_a_rate_of_nought_and_not_no_data() -> None:
    rate = converted("background", {"analysis": GIVEN})["AnalysisTemplate"]["spec"]["metrics"][0]
    assert 'response_code!~"5.*"}[5m])) or vector(0))\n/ sum(' in rate["provider"]["prometheus"]["query"]


def test_in_the_background_it_begins_behind_the_first_step_with_traffic() -> None:
    found = canary(converted("background", {"analysis": GIVEN, "steps": STEPS}))
    assert found["analysis"] == {
        "startingStep": 3,
        "templates": [{"templateName": "web"}],
        "args": [{"name": "service", "value": "web-canary.shop.svc.cluster.local"}],
    }
    metric = converted("background", {"analysis": GIVEN})["AnalysisTemplate"]["spec"]["metrics"][0]
    assert "count" not in metric and metric["inconclusiveLimit"] == 0


@pytest.mark.parametrize("steps", [[], [{"pause": {}}], [{"setWeight": 0}]])
def test_without_traffic_there_is_nothing_to_judge(steps: list[Any]) -> None:
    assert "analysis" not in canary(converted("background", {"analysis": GIVEN, "steps": steps}))


def test_an_analysis_that_values_give_stays() -> None:
    own = {"templates": [{"templateName": "own"}]}
    block = {"analysis": GIVEN, "steps": STEPS, "canary": {"analysis": own}}
    assert canary(converted("background", block))["analysis"] == own


def test_a_step_is_filled_and_one_with_templates_of_its_own_stays() -> None:
    own = {"analysis": {"templates": [{"templateName": "own"}]}}
    block = {"analysis": {**GIVEN, "count": 3}, "steps": [{"setWeight": 5}, {"analysis": {}}, own]}
    found = converted("step", block)
    first, second, third = canary(found)["steps"]
    assert (first, third) == ({"setWeight": 5}, own)
    assert second["analysis"]["templates"] == [{"templateName": "web"}]
    metric = found["AnalysisTemplate"]["spec"]["metrics"][0]
    assert metric["count"] == 3 and "inconclusiveLimit" not in metric


@pytest.mark.parametrize("analysis", [None, {}, {"enabled": False}])
def test_switched_off_it_leaves_nothing_behind(analysis: Any) -> None:
    for mode in ("background", "step"):
        found = converted(mode, {"analysis": analysis, "steps": [{"setWeight": 5}, {"analysis": {}}]})
        assert "AnalysisTemplate" not in found and "analysis" not in canary(found)
        assert mode == "background" or canary(found)["steps"] == [{"setWeight": 5}]


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ChartRefused) as caught:
        converted("step", {"analysis": {**GIVEN, "prometheus": ""}})
    assert caught.value.refusals[0].code == "incomplete-analysis"
    assert "rollout.analysis.prometheus, rollout.analysis.count" in caught.value.refusals[0].why


def test_channels_are_annotations_beside_the_others() -> None:
    slack = {"on-rollout-paused": ["a", "b"], "on-rollout-aborted": [], "on-rollout-updated": "c"}
    found = converted("", {"notifications": {"slack": slack}}, notified=True)
    assert found["Rollout"]["metadata"]["annotations"] == {
        "team": "a",
        "notifications.argoproj.io/subscribe.on-rollout-paused.slack": "a;b",
        "notifications.argoproj.io/subscribe.on-rollout-updated.slack": "c",
    }
