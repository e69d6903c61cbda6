"""From objects to a Spec: defaults, durations, requests, bounds, ways of requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rolloutgen.simulate.read import pause_seconds, read_spec, ready_seconds, requests_of
from rolloutgen.simulate.spec import BlueGreen, Canary
from rolloutgen.simulate.topology import Edge, TrafficNode, edges_of

from .build import spec_of, view_of_text

GI = 2**30


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, None), (90, 90), ("90", 90), ("1m30s", 90), ("1.9s", 1), ("2h", 7200), (0, 0), ("a day", 0), ("1d", 0)],
)
def test_pauses(given: Any, seconds: float | None) -> None:
    assert pause_seconds(given) == seconds


def test_defaults() -> None:
    spec = spec_of("kind: Rollout\nspec: {strategy: {canary: {}}}")
    canary = spec.strategy
    assert isinstance(canary, Canary)
    assert (spec.replicas, spec.deadline, canary.routed, canary.delay, canary.abort_delay) == (1, 600, False, 30, 30)
    green = spec_of("kind: Rollout\nspec: {strategy: {blueGreen: {activeService: a}}}").strategy
    assert isinstance(green, BlueGreen) and green.promotes and green.preview_replicas is None


@pytest.mark.parametrize("strategy", ["{}", "{canary: {}, blueGreen: {}}"])
def test_no_strategy_or_two_is_no_spec(strategy: str) -> None:
    view = view_of_text(f"kind: Rollout\nspec: {{strategy: {strategy}}}")
    assert read_spec(view, view.rollouts[0]) is None


@pytest.mark.parametrize(
    ("replicas", "scaler", "expected", "bounds"),
    [
        ("2", "kind: HorizontalPodAutoscaler\nspec: {minReplicas: 4, maxReplicas: 9, ", 4, (4, 9)),
        ("12", "kind: HorizontalPodAutoscaler\nspec: {maxReplicas: 9, ", 9, (1, 9)),
        ("0", "kind: HorizontalPodAutoscaler\nspec: {minReplicas: 4, maxReplicas: 9, ", 0, (4, 9)),  # switched off
        ("3", "kind: ScaledObject\nspec: {", 3, (0, 100)),
    ],
)
def test_the_autoscaler_bounds_the_replicas(replicas: str, scaler: str, expected: int, bounds: tuple[int, int]) -> None:
    target = "scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}"
    spec = spec_of(f"kind: Rollout\nspec: {{replicas: {replicas}, strategy: {{canary: {{}}}}}}\n---\n{scaler}{target}")
    assert spec.replicas == expected and spec.bounds and (spec.bounds.minimum, spec.bounds.maximum) == bounds


def test_an_autoscaler_of_something_else_does_not_count() -> None:
    target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    text = f"kind: Rollout\nspec: {{strategy: {{canary: {{}}}}}}\n---\nkind: ScaledObject\nspec: {{{target}}}"
    assert spec_of(text).bounds is None


def asks(cpu: str, memory: str, **more: Any) -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}


@pytest.mark.parametrize(
    ("pod", "cpu", "memory"),
    [
        ({"containers": [asks("250m", "1Gi"), asks("1", "512Mi")]}, "1.25", 1.5 * GI),
        # an init container that needs more than all that follow; memory follows its own maximum
        ({"initContainers": [asks("2", "128Mi")], "containers": [asks("250m", "1Gi")]}, "2", 1 * GI),
        # sidecars run beside the containers, and beside the init containers after them
        (
            {"initContainers": [asks("1", "1Gi", restartPolicy="Always")], "containers": [asks("250m", "1Gi")]},
            "1.25",
            2 * GI,
        ),
        (
            {
                "initContainers": [asks("3", "0"), asks("1", "1Gi", restartPolicy="Always"), asks("2500m", "0")],
                "containers": [asks("250m", "1Gi")],
            },
            "3.5",
            2 * GI,
        ),
        # a limit alone is the request too
        ({"containers": [{"name": "c", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}]}, "2", GI),
        ({"containers": [asks("1", "1Gi")], "overhead": {"cpu": "100m"}}, "1.1", GI),
        # the pod's own resources take the place of the containers'
        ({"containers": [asks("1", "1Gi")], "resources": {"requests": {"cpu": "4"}}}, "4", GI),
    ],
)
def test_requests_of_a_pod(pod: dict[str, Any], cpu: str, memory: float) -> None:
    found = requests_of({"spec": pod})
    assert (found.cpu, found.memory) == (Decimal(cpu), Decimal(memory))


def test_containers_without_requests_are_named() -> None:
    assert requests_of({"spec": {"containers": [asks("1", "1Gi"), {"name": "side"}]}}).silent == ("side",)


@pytest.mark.parametrize(
    ("containers", "least", "seconds"),
    [
        ([{}], 0, 0),
        ([{"readinessProbe": {"initialDelaySeconds": 15}}], 5, 20),
        ([{"readinessProbe": {"initialDelaySeconds": 5}}, {"startupProbe": {"initialDelaySeconds": 30}}], 0, 30),
        ([{"readinessProbe": {"periodSeconds": 4, "successThreshold": 3}}], 0, 8),
        ([{"livenessProbe": {"initialDelaySeconds": 60}}], 0, 0),
    ],
)
def test_when_a_pod_can_be_available(containers: list[dict[str, Any]], least: int, seconds: float) -> None:
    assert ready_seconds({"spec": {"containers": containers}}, least) == seconds


ROUTES = """
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
---
kind: Service
spec: {selector: {app: web}}
---
kind: Service
metadata: {name: web-canary}
spec: {selector: {app: web}}
---
kind: Service
metadata: {name: other}
spec: {selector: {app: other}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  gateways: [infra/public]
  http:
    - {name: primary, route: [{destination: {host: web}}, {destination: {host: web-canary}}]}
    - {name: rest, route: [{destination: {host: other}}]}
---
kind: Ingress
spec: {rules: [{host: old.example.com, http: {paths: [{backend: {service: {name: web}}}]}}]}
"""


def test_the_ways_of_requests() -> None:
    view = view_of_text(ROUTES)
    edges = edges_of(view, view.rollouts[0])
    route, stable = TrafficNode("route", "VirtualService/web"), TrafficNode("service", "web", "stable")
    new = TrafficNode("service", "web-canary", "canary")
    assert edges[:4] == (
        Edge(TrafficNode("host", "web.example.com"), TrafficNode("gateway", "infra/public")),
        Edge(TrafficNode("gateway", "infra/public"), route),
        Edge(route, stable, weighted=True),
        Edge(route, new, weighted=True),
    )
    assert Edge(TrafficNode("route", "Ingress/web"), stable) in edges, "past the weights"
    assert all(edge.target.name != "other" for edge in edges)
    assert [edge.later for edge in edges if edge.source == stable] == [False, True]


def test_requests_that_no_rule_of_an_ingress_takes_come_from_any_host() -> None:
    """`defaultBackend` stands beside the rules, whose hosts are not its own."""
    rules = "rules: [{host: old.example.com, http: {paths: [{backend: {service: {name: web}}}]}}]"
    view = view_of_text(ROUTES.replace(rules, "defaultBackend: {service: {name: web}}"))
    assert Edge(TrafficNode("host", "*"), TrafficNode("route", "Ingress/web")) in edges_of(view, view.rollouts[0])
