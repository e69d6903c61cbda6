"""Renders for the tests, written as YAML: the sites of a chart's source stand behind `kind` as in a marked render."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import dedent
from typing import Any

import pytest

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.convert.expected.release import Transformed, transform
from rolloutgen.errors import ChartRefused
from rolloutgen.goyaml import parse
from rolloutgen.model import Decisions, Manifest, Refusal, Release, WorkloadDecision

WORKLOAD_SITE = "templates/deployment.yaml#0"
SERVICE_SITE = "templates/service.yaml#0"
RELEASE = Release(name="shop", namespace="prod")

DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment # rg-site:{WORKLOAD_SITE}
metadata: {{name: web}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web, tier: front}}}}
    spec:
      containers: [{{name: web, image: "web:1.0"}}]
"""
SERVICE = f"""
apiVersion: v1
kind: Service # rg-site:{SERVICE_SITE}
metadata: {{name: web, labels: {{app: web}}}}
spec:
  type: ClusterIP
  ports: [{{name: http, port: 80, targetPort: 8080}}]
  selector: {{app: web}}
"""
# What a gateway set needs beside hosts.
GATEWAY_VALUES: Mapping[str, Any] = {
    "gateway": {"selector": {"istio": "public"}, "namespace": "istio-system"},
    "certificate": {"issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
    "dns": {"targets": ["192.0.2.1"]},
}


def render(*documents: str) -> tuple[Manifest, ...]:
    """The objects of YAML `documents`, as a chart would render them in that order."""
    return parse_rendered({"templates/all.yaml": "\n---\n".join(map(dedent, documents))})


def decide(**changes: Any) -> Decisions:
    """The decisions for the one workload of DEPLOYMENT and SERVICE, with fields of WorkloadDecision changed."""
    fields = {"key": "web", "sites": (WORKLOAD_SITE,), "service_sites": (SERVICE_SITE,), **changes}
    return Decisions((WorkloadDecision(**fields),))


def convert(*documents: str, rollout: Mapping[str, Any] | None = None, **decision: Any) -> Transformed:
    """The transform of YAML `documents`."""
    return transform(render(*documents), decide(**decision), rollout or {}, RELEASE)


def bodies(manifests: Iterable[Manifest] | Transformed) -> dict[str, Mapping[str, Any]]:
    """The bodies by "Kind/name"."""
    objects = manifests.objects if isinstance(manifests, Transformed) else manifests
    return {str(manifest.ref): manifest.body for manifest in objects}


def refusal(*documents: str, **options: Any) -> Refusal:
    """The refusal that converting `documents` must end in."""
    with pytest.raises(ChartRefused) as caught:
        convert(*documents, **options)
    return caught.value.refusals[0]


def read(text: str) -> Any:
    """YAML as the charts' renders are read."""
    return parse(dedent(text)).body


def edited(document: str, *replacements: tuple[str, str]) -> str:
    """`document` with parts replaced; a part that is not there is a mistake in the test."""
    for old, new in replacements:
        assert old in document, old
        document = document.replace(old, new)
    return document
