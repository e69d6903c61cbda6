"""The wildcard certificate of one Gateway covers a host of another one at the same ingress.

Why: A browser that has seen the public host reuses its connection for the preview host when the certificate covers
    both (HTTP/2): the public Gateway answers 404.
Fix: Name the public hosts in their certificate instead of a wildcard, so that preview hosts are outside of it.
Source: Istio's documentation of common problems, "404 errors occur when multiple gateways configured with same TLS
    certificate".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.istio import certificate_covers, gateway_hosts, servers
from rolloutgen.kube.release import CERTIFICATE, ISTIO_GATEWAY, ReleaseView
from rolloutgen.kube.tree import mapping, text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    certificates = {text(cert.body, "spec", "secretName"): cert for cert in view.all(CERTIFICATE)}
    gateways = view.all(ISTIO_GATEWAY)
    for gateway in gateways:
        own = _credentials(gateway)
        for name in sorted(own & certificates.keys()):
            wide = [dns for dns in texts(certificates[name].body, "spec", "dnsNames") if dns.startswith("*.")]
            for other in gateways if wide else ():
                if other is gateway or _selector(other) != _selector(gateway) or name in _credentials(other):
                    continue
                hosts = [host for _, host in gateway_hosts(other) if any(certificate_covers(dns, host) for dns in wide)]
                if hosts:
                    message = f"its wildcard also covers {hosts[0]!r} of {other.ref} at the same ingress"
                    yield Observation(certificates[name], ("spec", "dnsNames"), message)


def _selector(gateway: Manifest) -> Mapping[str, Any]:
    return mapping(gateway.body, "spec", "selector")


def _credentials(gateway: Manifest) -> set[str]:
    return {text(server, "tls", "credentialName") for _, server in servers(gateway)} - {""}


RULE = Rule(
    code="shared-wildcard",
    severity="warning",
    kinds=("Gateway",),
    check=_faults,
    good="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers:
    - hosts: [a.example.com]
      port: {name: https, number: 443, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: a}
---
kind: Gateway
metadata: {name: web-preview}
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: [b.example.com], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: Certificate
metadata: {name: a, namespace: istio-system}
spec: {secretName: a, dnsNames: [a.example.com], issuerRef: {name: ca}}
""",
    bad="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers:
    - hosts: [a.example.com]
      port: {name: https, number: 443, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: a}
---
kind: Gateway
metadata: {name: web-preview}
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: [b.example.com], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: Certificate
metadata: {name: a, namespace: istio-system}
spec: {secretName: a, dnsNames: ["*.example.com"], issuerRef: {name: ca}}
""",
)
