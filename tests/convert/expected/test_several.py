"""Several workloads in one chart, and workloads that one place of the source renders several times."""

from __future__ import annotations

from typing import Any

from rolloutgen.convert.expected.release import transform
from rolloutgen.kube.tree import overlay
from rolloutgen.model import Change, Decisions, WorkloadDecision

from .builder import DEPLOYMENT, GATEWAY_VALUES, RELEASE, SERVICE, bodies, convert, edited, render

API = edited(DEPLOYMENT, ("deployment.yaml#0", "api.yaml#0"), ("web", "api"))
API_SERVICE = edited(SERVICE, ("service.yaml#0", "api.yaml#1"), ("web", "api"))
BOTH = Decisions(
    (
        WorkloadDecision("web", ("templates/deployment.yaml#0",), ("templates/service.yaml#0",)),
        WorkloadDecision("api", ("templates/api.yaml#0",), ("templates/api.yaml#1",)),
    ),
    several=True,
)


def strategies(rollout: dict[str, Any]) -> dict[str, Any]:
    found = bodies(transform(render(DEPLOYMENT, SERVICE, API, API_SERVICE), BOTH, rollout, RELEASE))
    return {name: found[f"Rollout/{name}"]["spec"]["strategy"]["canary"] for name in ("web", "api")}


def test_an_overlay_merges_maps_and_replaces_lists() -> None:
    found = strategies(
        {
            "steps": [{"setWeight": 10}, {"pause": {}}],
            "canary": {"abortScaleDownDelaySeconds": 30, "antiAffinity": {"a": 1}},
            "workloads": {
                "api": {"steps": [{"setWeight": 50}], "canary": {"antiAffinity": {"b": 2}}},
                "unknown": {"steps": []},
            },
        }
    )
    assert found["web"]["steps"] == [{"setWeight": 10}, {"pause": {}}]
    assert found["web"]["antiAffinity"] == {"a": 1}
    assert found["api"]["steps"] == [{"setWeight": 50}]
    assert (found["api"]["antiAffinity"], found["api"]["abortScaleDownDelaySeconds"]) == ({"a": 1, "b": 2}, 30)


def test_an_empty_list_in_an_overlay_replaces_and_null_reads_as_absent() -> None:
    found = strategies({"steps": [{"setWeight": 10}], "workloads": {"web": {"steps": []}, "api": {"steps": None}}})
    assert "steps" not in found["web"] and "steps" not in found["api"]


def test_missing_or_null_overlays_are_no_fault() -> None:
    for workloads in ({}, None, {"web": None}):
        assert strategies({"steps": [{"setWeight": 10}], "workloads": workloads})["web"]["steps"] == [{"setWeight": 10}]


def test_hosts_live_in_the_overlays() -> None:
    values = {
        **GATEWAY_VALUES,
        "workloads": {"web": {"hosts": {"public": ["w.org"]}}, "api": {"hosts": {"public": []}}},
    }
    found = bodies(transform(render(DEPLOYMENT, SERVICE, API, API_SERVICE), BOTH, values, RELEASE))
    assert found["VirtualService/web"]["spec"]["gateways"] == ["web"]
    assert found["VirtualService/api"]["spec"]["gateways"] == ["mesh"]


def test_with_one_workload_the_block_is_its_own() -> None:
    result = convert(DEPLOYMENT, rollout={"steps": [{"setWeight": 1}], "workloads": {"web": {"steps": []}}})
    assert bodies(result)["Rollout/web"]["spec"]["strategy"] == {"canary": {"steps": [{"setWeight": 1}]}}


def test_each_workload_keeps_its_own_services_and_order() -> None:
    result = transform(render(DEPLOYMENT, SERVICE, API, API_SERVICE), BOTH, {}, RELEASE)
    assert [str(manifest.ref) for manifest in result.objects] == [
        "Rollout/web",
        "Service/web-stable",
        "Service/web-canary",
        "VirtualService/web",
        "Rollout/api",
        "Service/api-stable",
        "Service/api-canary",
        "VirtualService/api",
    ]


def test_a_reference_from_one_workload_to_the_other_follows() -> None:
    caller = edited(API, ('image: "api:1.0"', 'image: "api:1.0", args: ["http://web", "http://api:80"]'))
    found = bodies(transform(render(DEPLOYMENT, SERVICE, caller, API_SERVICE), BOTH, {}, RELEASE))
    container = found["Rollout/api"]["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == ["http://web-stable", "http://api-stable:80"]


def test_a_range_renders_several_workloads_of_one_site() -> None:
    second = edited(DEPLOYMENT, ("web", "shop"))
    second_service = edited(SERVICE, ("web", "shop"))
    result = convert(DEPLOYMENT, second, SERVICE, second_service, rollout={"steps": [{"setWeight": 5}]})
    found = bodies(result)
    for name in ("web", "shop"):
        canary = found[f"Rollout/{name}"]["spec"]["strategy"]["canary"]
        assert (canary["stableService"], canary["steps"]) == (f"{name}-stable", [{"setWeight": 5}])
        assert f"Service/{name}-canary" in found


def test_one_workload_switched_off_leaves_the_other() -> None:
    result = transform(render(API, API_SERVICE), BOTH, {}, RELEASE)
    assert "Rollout/api" in bodies(result)
    assert not [change for change in result.changes if isinstance(change, Change) and change.ref.name == "web"]


def test_overlay_is_mergeoverwrite() -> None:
    """What Helm's engine makes of `mergeOverwrite`: empty values replace, an empty map merges."""
    base = {"t": True, "z": 5, "m": {"x": 1, "y": 2}, "l": [1, 2], "s": "q", "e": {"k": 1}, "n": 3}
    over = {"t": False, "z": 0, "m": {"x": 9, "q": 0}, "l": [], "s": "", "e": {}, "n": None, "new": {"a": None}}
    assert overlay(base, over) == {
        "t": False,
        "z": 0,
        "m": {"x": 9, "y": 2, "q": 0},
        "l": [],
        "s": "",
        "e": {"k": 1},
        "n": None,
        "new": {"a": None},
    }
    assert base["m"] == {"x": 1, "y": 2}
