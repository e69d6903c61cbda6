"""The Certificate of a Gateway lies where the gateway's pods do not look.

Why: Istio reads the Secret of credentialName in the namespace of the gateway's pods, not in that of the Gateway or
    the release.
Fix: Give the Certificate the namespace of the ingress gateway's pods, istio-system as a rule; where they run elsewhere,
    say so in rolloutgen.yaml: gateway.namespace.
Source: Istio's documentation of ServerTLSSettings.credentialName; nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.istio import servers
from rolloutgen.kube.release import CERTIFICATE, ISTIO_GATEWAY, ReleaseView
from rolloutgen.kube.tree import mapping, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation

_USUAL = re.compile(r"istio|ingress|gateway")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    used: dict[str, Manifest] = {}
    for gateway in view.all(ISTIO_GATEWAY):
        for _, server in servers(gateway):
            used.setdefault(text(server, "tls", "credentialName"), gateway)
    for certificate in view.all(CERTIFICATE):
        secret, namespace = text(certificate.body, "spec", "secretName"), view.namespace(certificate)
        found = used.get(secret)
        if not secret or found is None or _USUAL.search(namespace) or namespace in view.gateways:
            continue
        if not any(view.selected(mapping(found.body, "spec", "selector"), namespace)):
            message = f"{found.ref} uses its Secret, which is made in namespace {namespace!r}, without gateway pods"
            yield Observation(certificate, ("metadata", "namespace"), message)


RULE = Rule(
    code="certificate-namespace",
    severity="warning",
    kinds=("Certificate",),
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
kind: Certificate
metadata: {name: a}
spec: {secretName: a, dnsNames: [a.example.com], issuerRef: {name: ca}}
""",
)
