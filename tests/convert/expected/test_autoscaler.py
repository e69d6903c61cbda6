"""Autoscalers follow the workload to its new kind."""

from __future__ import annotations

import pytest

from rolloutgen.convert.expected.release import transform

from .builder import DEPLOYMENT, RELEASE, bodies, convert, decide, render

ROLLOUT_REF = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}


def autoscaler(api_version: str, kind: str, field: str, ref: str) -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: scaler}}\nspec: {{{field}: {ref}}}\n"


@pytest.mark.parametrize(
    ("api_version", "kind", "field", "ref"),
    [
        (
            "autoscaling/v1",
            "HorizontalPodAutoscaler",
            "scaleTargetRef",
            "{apiVersion: apps/v1, kind: Deployment, name: web}",
        ),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "scaleTargetRef", "{kind: Deployment, name: web}"),
        ("keda.sh/v1alpha1", "ScaledObject", "scaleTargetRef", "{name: web}"),
        (
            "autoscaling.k8s.io/v1",
            "VerticalPodAutoscaler",
            "targetRef",
            "{apiVersion: apps/v1, kind: Deployment, name: web}",
        ),
    ],
)
def test_the_reference_names_the_rollout(api_version: str, kind: str, field: str, ref: str) -> None:
    body = bodies(convert(DEPLOYMENT, autoscaler(api_version, kind, field, ref)))[f"{kind}/scaler"]
    assert body["apiVersion"] == api_version
    assert body["spec"] == {field: ROLLOUT_REF}


@pytest.mark.parametrize(
    ("kind", "ref"),
    [
        ("HorizontalPodAutoscaler", "{kind: StatefulSet, name: web}"),
        ("HorizontalPodAutoscaler", "{name: web}"),
        ("HorizontalPodAutoscaler", "{kind: Deployment, name: web-worker}"),
    ],
)
def test_a_reference_to_something_else_stays(kind: str, ref: str) -> None:
    result = convert(DEPLOYMENT, autoscaler("autoscaling/v2", kind, "scaleTargetRef", ref))
    assert {str(change.ref) for change in result.changes} == {"Deployment/web", "Rollout/web"}


def test_a_vertical_autoscaler_sets_no_replicas() -> None:
    vpa = autoscaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "targetRef", "{kind: Deployment, name: web}")
    assert bodies(convert(DEPLOYMENT, vpa, rollout={"replicas": 9}))["Rollout/web"]["spec"]["replicas"] == 2


def test_replicas_can_be_left_out_where_an_autoscaler_sets_them() -> None:
    hpa = autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", "scaleTargetRef", "{kind: Deployment, name: web}")
    omit = decide()._replace(replicas="omit")
    assert "replicas" not in bodies(transform(render(DEPLOYMENT, hpa), omit, {}, RELEASE))["Rollout/web"]["spec"]
    assert bodies(transform(render(DEPLOYMENT), omit, {}, RELEASE))["Rollout/web"]["spec"]["replicas"] == 2
