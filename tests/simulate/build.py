"""Rollouts for tests, from what matters of them."""

from __future__ import annotations

from typing import Any

import yaml

from rolloutgen.chart.manifests import ref_of
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Manifest
from rolloutgen.simulate import Simulation, Spec, simulate
from rolloutgen.simulate.read import read_spec

ROUTED = "trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}"


def view_of_text(text: str) -> ReleaseView:
    """The objects of YAML documents; each gets a name and, where it matters, an apiVersion and a pod template."""
    versions = {"Rollout": "argoproj.io/v1alpha1", "AnalysisTemplate": "argoproj.io/v1alpha1", "Service": "v1"}
    versions |= {"HorizontalPodAutoscaler": "autoscaling/v2", "ScaledObject": "keda.sh/v1alpha1"}
    versions |= {"VirtualService": "networking.istio.io/v1", "Ingress": "networking.k8s.io/v1"}
    objects = []
    for body in yaml.safe_load_all(text):
        body = {"apiVersion": versions[body["kind"]], **body}
        body.setdefault("metadata", {"name": "web"})
        if body["kind"] == "Rollout":
            pods = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}]}}
            body["spec"].setdefault("template", pods)
        objects.append(Manifest(ref_of(body), body))
    return ReleaseView(tuple(objects))


def spec_of(text: str, **given: Any) -> Spec:
    """The Spec of the only Rollout in the documents."""
    view = view_of_text(text)
    spec = read_spec(view, view.rollouts[0], **given)
    assert spec is not None
    return spec


def canary(replicas: int, steps: str, more: str = "", *, ready: float = 0.0) -> Simulation:
    """An update of a canary; `steps` and `more` (fields of `canary`) in YAML's flow style."""
    fields = ", ".join(filter(None, [f"steps: [{steps}]", more]))
    text = f"kind: Rollout\nspec: {{replicas: {replicas}, strategy: {{canary: {{{fields}}}}}}}"
    return simulate(spec_of(text, ready=ready))


def blue_green(replicas: int, more: str = "", *, ready: float = 0.0) -> Simulation:
    """An update of a blue-green Rollout."""
    fields = ", ".join(filter(None, ["activeService: web, previewService: web-preview", more]))
    text = f"kind: Rollout\nspec: {{replicas: {replicas}, strategy: {{blueGreen: {{{fields}}}}}}}"
    return simulate(spec_of(text, ready=ready))


def shown(simulation: Simulation) -> list[tuple[str, int | None, int, int]]:
    """(label, weight, canary, stable) of each row."""
    return [(row.label, row.end.weight, row.end.canary, row.end.stable) for row in simulation.rows]
