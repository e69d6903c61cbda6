"""A Gateway uses a credential that the release does not make.

Why: Without a Secret of that name where the gateway's pods run, the HTTPS listener does not start.
Fix: Render a Certificate with that secretName in the namespace of the gateway's pods, or make sure that the Secret
    exists there.
Source: Istio's documentation of ServerTLSSettings.credentialName.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import servers
from rolloutgen.kube.release import CERTIFICATE, ISTIO_GATEWAY, SECRET, ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    made = {text(cert.body, "spec", "secretName") for cert in view.all(CERTIFICATE)}
    made |= {secret.ref.name for secret in view.all(SECRET)}
    for gateway in view.all(ISTIO_GATEWAY):
        for at, server in servers(gateway):
            name = text(server, "tls", "credentialName")
            if name and name not in made:
                message = f"no Certificate of the release has secretName {name!r}: the Secret must exist where the "
                yield Observation(gateway, (*at, "tls", "credentialName"), f"{message}gateway's pods run")


RULE = Rule(
    code="credential-without-certificate",
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
""",
)
