"""Several Gateways of one ingress use one certificate.

Why: A browser that has a connection to one host reuses it for another of the same certificate (HTTP/2), and the first
    Gateway answers 404.
Fix: Give each Gateway a certificate of its own, or put the hosts into one Gateway.
Source: Istio's documentation of common problems, "404 errors occur when multiple gateways configured with same TLS
    certificate".
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import servers
from rolloutgen.kube.release import ISTIO_GATEWAY, ReleaseView
from rolloutgen.kube.tree import mapping, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    users: dict[tuple[str, str], Manifest] = {}
    for gateway in view.all(ISTIO_GATEWAY):
        selector = repr(sorted(mapping(gateway.body, "spec", "selector").items(), key=str))
        told: set[str] = set()
        for at, server in servers(gateway):
            name = text(server, "tls", "credentialName")
            first = users.setdefault((selector, name), gateway)
            if name and first is not gateway and name not in told:
                told.add(name)
                yield Observation(
                    gateway, (*at, "tls", "credentialName"), f"{first.ref} uses {name!r} too, at the same ingress"
                )


RULE = Rule(
    code="shared-certificate",
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
kind: Secret
metadata: {name: a, namespace: istio-system}
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
metadata: {name: web-b}
spec:
  selector: {istio: ingressgateway}
  servers:
    - hosts: [b.example.com]
      port: {name: https, number: 443, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: a}
---
kind: Secret
metadata: {name: a, namespace: istio-system}
""",
)
