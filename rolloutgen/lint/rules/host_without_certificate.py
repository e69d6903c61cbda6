"""A host of a Gateway and the names of its certificate differ.

Why: A browser refuses the connection when the certificate does not name the host; a name without a host is often a
    host that was forgotten.
Fix: Give the Certificate one of dnsNames for each host of the server, and the server each host of the Certificate.
Source: Istio and cert-manager each accept their half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rolloutgen.kube.istio import certificate_covers, covers, servers
from rolloutgen.kube.release import CERTIFICATE, ISTIO_GATEWAY, ReleaseView
from rolloutgen.kube.tree import text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    by_secret = {text(cert.body, "spec", "secretName"): cert for cert in view.all(CERTIFICATE)}
    hosts: dict[str, list[str]] = defaultdict(list)
    for gateway in view.all(ISTIO_GATEWAY):
        for at, server in servers(gateway):
            secret = text(server, "tls", "credentialName")
            certificate = by_secret.get(secret)
            if certificate is None or not secret:
                continue
            names = texts(certificate.body, "spec", "dnsNames")
            for index, host in enumerate(texts(server, "hosts")):
                plain = host.rpartition("/")[2]
                hosts[secret].append(plain)
                if plain != "*" and not any(certificate_covers(name, plain) for name in names):
                    message = f"{certificate.ref} does not name host {plain!r}"
                    yield Observation(gateway, (*at, "hosts", index), message)
    for secret, served in hosts.items():
        certificate = by_secret[secret]
        for index, name in enumerate(texts(certificate.body, "spec", "dnsNames")):
            if not any(certificate_covers(name, host) or covers(host, name) for host in served):
                yield Observation(certificate, ("spec", "dnsNames", index), f"no Gateway that uses it serves {name!r}")


RULE = Rule(
    code="host-without-certificate",
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
metadata: {name: a, namespace: istio-system}
spec: {secretName: a, dnsNames: [b.example.com], issuerRef: {name: ca}}
""",
)
