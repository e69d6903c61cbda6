"""Reading the strategy of a Rollout: whom it names, what its steps are."""

from __future__ import annotations

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import (
    canaries,
    canary_of,
    routed_by,
    routing_of,
    routing_services,
    service_names,
    steps_of,
)
from rolloutgen.model import Release

TEXT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web}}}
      steps: [{setWeight: 5}, {pause: {}}, {setWeight: 50}]
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: green}
spec: {strategy: {blueGreen: {activeService: a, previewService: p}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: odd}
spec: {strategy: {canary: [not, a, map]}}
"""
VIEW = ReleaseView(parse_rendered({"templates/all.yaml": TEXT}), Release())
WEB, GREEN, ODD = VIEW.rollouts


def test_services_by_strategy() -> None:
    assert sorted(name for _, name in service_names(WEB)) == ["web-canary", "web-stable"]
    assert sorted(name for _, name in service_names(GREEN)) == ["a", "p"]
    canary = canary_of(WEB)
    assert canary is not None and set(routing_services(canary)) == {"web-stable", "web-canary"}


def test_a_strategy_of_the_wrong_type_reads_as_absent() -> None:
    assert not list(service_names(ODD))
    assert [rollout.ref.name for rollout, _ in canaries(VIEW)] == ["web"]


def test_steps_of_one_kind_with_their_paths() -> None:
    found = [(path, value) for _, _, path, value in steps_of(VIEW, "setWeight")]
    assert [value for _, value in found] == [5, 50]
    assert found[1][0][-2:] == (2, "setWeight")


def test_who_splits_the_traffic() -> None:
    canary = canary_of(WEB)
    assert canary is not None
    assert routed_by(routing_of(canary), "istio", "alb") and not routed_by(routing_of(canary), "nginx")
    assert not routed_by(None, "istio")
