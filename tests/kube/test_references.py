"""Which Services the routes of a release lead to."""

from __future__ import annotations

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.references import points_at

SERVICE = parse_rendered({"a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"})[0]
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: NAME, port: {number: 80}}}}]}}]}
"""


def test_an_ingress_points_at_the_service_that_it_names() -> None:
    named, other = (parse_rendered({"b.yaml": INGRESS.replace("NAME", name)})[0] for name in ("web", "website"))
    assert points_at(named, SERVICE, "prod") and not points_at(other, SERVICE, "prod")
