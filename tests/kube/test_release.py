"""Lookups in one render."""

from __future__ import annotations

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.release import DEPLOYMENT, INGRESSES, ROLLOUT, SERVICE, ReleaseView, view_of
from rolloutgen.model import Release, Rendered, ValueSet

TEXT = """
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: other}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web, tier: x}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: night}}}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: by-reference}
spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: web}
"""
VIEW = ReleaseView(parse_rendered({"templates/all.yaml": TEXT}), Release(namespace="shop"))


def test_an_object_is_found_in_its_own_namespace() -> None:
    here, there = VIEW.find(SERVICE, "shop", "web"), VIEW.find(SERVICE, "other", "web")
    assert here is not None and there is not None
    assert (here.ref.namespace, there.ref.namespace) == ("", "other")
    assert VIEW.find(SERVICE, "nowhere", "web") is None


def test_kinds_of_several_groups_are_listed_together() -> None:
    assert [m.ref.name for m in VIEW.all(*INGRESSES)] == ["web"]
    assert [m.ref.name for m in VIEW.all(DEPLOYMENT, ROLLOUT)] == ["web", "by-reference"]


def test_pod_templates_of_all_workloads_but_not_of_a_reference() -> None:
    assert [pod.manifest.ref.kind for pod in VIEW.pods] == ["Deployment", "CronJob"]
    assert VIEW.pods[1].labels == {"app": "night"}


def test_a_rollout_with_a_reference_runs_the_workload_s_pods() -> None:
    pod = VIEW.pod_of(VIEW.rollouts[0])
    assert pod is not None and pod.labels == {"app": "web", "tier": "x"}


def test_an_equality_selector_matches_within_its_namespace() -> None:
    assert [pod.manifest.ref.name for pod in VIEW.selected({"app": "web"}, "shop")] == ["web"]
    assert list(VIEW.selected({"app": "web"}, "other")) == []
    assert list(VIEW.selected({}, "shop")) == []


def test_a_view_of_a_render_knows_its_value_set_and_files() -> None:
    files = {"templates/all.yaml": TEXT, "templates/NOTES.txt": "hello"}
    rendered = Rendered(ValueSet("full", release=Release("demo", "shop")), files, VIEW.objects, {})
    view = view_of(rendered, deployer="argocd", chart_version="1.2.3")
    assert (view.value_set, view.release.name, view.deployer, view.chart_version) == ("full", "demo", "argocd", "1.2.3")
    assert view.files["templates/NOTES.txt"] == "hello"
