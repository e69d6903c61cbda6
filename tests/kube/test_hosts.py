"""The public names of a release: who serves a host, with which certificate and record."""

from __future__ import annotations

from rolloutgen.chart.manifests import parse_rendered
from rolloutgen.kube.hosts import public_hosts
from rolloutgen.kube.release import ReleaseView
from rolloutgen.model import Release

INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls: [{hosts: [app.example.org], secretName: app-tls}]
  rules: [{host: app.example.org, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]
"""
RECORD = """
apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata: {name: web}
spec: {endpoints: [{dnsName: app.example.org, recordType: A, targets: [192.0.2.1]}]}
"""


def hosts(*texts: str) -> object:
    return public_hosts(ReleaseView(parse_rendered({"templates/all.yaml": "\n---\n".join(texts)}), Release()))


def test_no_route_no_host() -> None:
    assert not public_hosts(ReleaseView(parse_rendered({"templates/all.yaml": RECORD}), Release()))


def test_a_host_of_an_ingress_with_its_record() -> None:
    view = ReleaseView(parse_rendered({"templates/all.yaml": f"{INGRESS}\n---\n{RECORD}"}), Release())
    host = public_hosts(view)["app.example.org"]
    assert "192.0.2.1" in str(host)
