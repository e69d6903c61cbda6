"""What belongs to a workload: its Service, autoscalers and routes, decided once for all value sets."""

from __future__ import annotations

import pytest

from rolloutgen.errors import ChartRefused
from rolloutgen.helm.embedded import EmbeddedEngine

from .small import found_in

HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: "{{ .Release.Name }}-web"}
  maxReplicas: 3
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web.example.org]
  http: [{route: [{destination: {host: "{{ .Release.Name }}-web"}}]}]
"""


def test_a_workload_with_its_service(embedded: EmbeddedEngine) -> None:
    (workload,) = found_in(embedded, {}).workloads
    assert workload.names == {"rg-web", "release-name-of-the-longest-kind-that-helm-permits-53-web"}
    assert [site.id for site in workload.services] == ["templates/service.yaml#0"]
    assert (workload.decision.strategy, workload.decision.service_names) == ("canary", "suffix")
    assert workload.service_always and not workload.service_alone


def test_without_a_service_the_canary_is_basic(embedded: EmbeddedEngine) -> None:
    (workload,) = found_in(embedded, {"templates/service.yaml": ""}).workloads
    assert workload.decision.strategy == "basic" and not workload.services


def test_autoscaler_and_route_belong_to_the_workload_that_they_name(embedded: EmbeddedEngine) -> None:
    other = HPA.replace("-web", "-worker").replace("{name: web}", "{name: worker}")
    files = {"templates/hpa.yaml": HPA, "templates/other.yaml": other, "templates/route.yaml": ROUTE}
    (workload,) = found_in(embedded, files).workloads
    assert [site.source.path for site in workload.autoscalers] == ["templates/hpa.yaml"]
    assert [site.source.path for site in workload.virtual_services] == ["templates/route.yaml"]


def test_blue_green_needs_a_service(embedded: EmbeddedEngine) -> None:
    with pytest.raises(ChartRefused) as refused:
        found_in(embedded, {"templates/service.yaml": ""}, strategy="blue-green")
    assert refused.value.refusals[0].path == "templates/deployment.yaml"
