"""What schemas and rules say anew: faults of what was made or changed, never those that came along."""

from __future__ import annotations

from typing import Any

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.config.options import Options
from rolloutgen.convert.checks import RenderPair
from rolloutgen.convert.expected.target import Target
from rolloutgen.convert.postcheck import new_faults
from rolloutgen.model import Release, Rendered, ValueSet, WorkloadDecision

POD = "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}"
DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec: {{selector: {{matchLabels: {{app: web}}}}, template: {POD}}}
"""
ROLLOUT = f"""
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template: {POD}
  strategy: {{canary: {{steps: [{{setWeight: 20}}]}}}}
"""
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: b}
"""


def said(before: str, after: str, **options: Any) -> list[tuple[str, str]]:
    """Rule and severity of each new fault."""
    old, new = (
        Rendered(
            ValueSet("given", {}, Release("rg", "ns")),
            {"templates/a.yaml": text},
            parse_rendered({"templates/a.yaml": text}),
            {},
        )
        for text in (before, after)
    )
    workload = next(m for m in old.objects if m.ref.kind == "Deployment")
    target = Target(WorkloadDecision("web", (workload.site,)), workload, None, {}, Release("rg", "ns"))
    return [(f.code, f.severity) for f in new_faults(RenderPair(old, new, (target,)), Options(**options))]


def joined(*texts: str) -> str:
    return "---\n".join(texts)


def test_a_plain_rollout_has_none() -> None:
    assert said(DEPLOYMENT, ROLLOUT) == []


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (ROLLOUT.replace("setWeight: 20", "setWeight: 120"), "step-weight-range"),
        (ROLLOUT.replace("setWeight: 20", "setWait: 20"), "unknown-field"),
        (ROLLOUT.replace("  strategy: {canary: {steps: [{setWeight: 20}]}}\n", ""), "strategy-missing"),
    ],
)
def test_a_fault_that_the_conversion_makes_is_an_error(broken: str, rule: str) -> None:
    assert (rule, "error") in said(DEPLOYMENT, broken)


def test_a_fault_of_an_object_that_stays_is_not_told() -> None:
    wrong = CONFIG.replace("\ndata", "\ndta")
    assert said(joined(DEPLOYMENT, wrong), joined(ROLLOUT, wrong)) == []


def test_a_fault_of_a_new_object_is() -> None:
    wrong = CONFIG.replace("\ndata", "\ndta")
    assert ("unknown-field", "error") in said(DEPLOYMENT, joined(ROLLOUT, wrong))


def test_a_fault_of_a_field_that_came_along_is_not() -> None:
    old, new = (text.replace("name: web, image", "name: web, imagePul: x, image") for text in (DEPLOYMENT, ROLLOUT))
    assert said(old, new) == []


def test_an_unknown_field_whose_value_was_renamed_is_not() -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {backend: {serviceName: web, servicePort: 80}}
"""
    assert (
        said(
            joined(DEPLOYMENT, ingress), joined(ROLLOUT, ingress.replace("serviceName: web", "serviceName: web-stable"))
        )
        == []
    )


def test_a_warning_about_what_only_a_rollout_has_is_told() -> None:
    volume = "containers: [{name: web, image: 'web:1'}], volumes: [{name: c, configMap: {name: c}}]"
    old, new = (text.replace("containers: [{name: web, image: 'web:1'}]", volume) for text in (DEPLOYMENT, ROLLOUT))
    assert said(joined(old, CONFIG), joined(new, CONFIG)) == [("shared-config", "warning")]


def test_an_autoscaler_that_still_says_deployment_is_an_error_of_the_conversion() -> None:
    hpa = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {minReplicas: 1, maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
"""
    assert "dangling-target" in [rule for rule, _ in said(joined(DEPLOYMENT, hpa), joined(ROLLOUT, hpa))]


def test_what_the_user_asked_for_is_not_told() -> None:
    hpa = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}
"""
    old = hpa.replace("argoproj.io/v1alpha1, kind: Rollout", "apps/v1, kind: Deployment")
    assert said(joined(DEPLOYMENT, old), joined(ROLLOUT, hpa)) == [("replicas-against-autoscaler", "warning")]
    assert said(joined(DEPLOYMENT, old), joined(ROLLOUT, hpa), replicas="omit") == []


POD_OBJECT = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: test-%s}\nspec: {containers: [{name: BAD_NAME, image: 'a:1'}]}\n"
)


def test_an_object_with_a_random_name_is_the_same_one() -> None:
    assert said(joined(DEPLOYMENT, POD_OBJECT % "a1"), joined(ROLLOUT, POD_OBJECT % "b2")) == []
    assert said(DEPLOYMENT, joined(ROLLOUT, POD_OBJECT % "b2")) != []


def test_where_the_old_release_had_two_of_a_name_nothing_is_told() -> None:
    wrong = CONFIG.replace("\ndata", "\ndta")
    assert said(joined(DEPLOYMENT, CONFIG, CONFIG), joined(ROLLOUT, CONFIG, wrong)) == []
