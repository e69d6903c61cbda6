"""A public Gateway serves a wildcard that covers the preview host.

Why: A browser that has the public host open reuses its connection for the preview host when the certificate covers
    both (HTTP/2), and the public Gateway answers 404.
Fix: List the public hosts one by one, with certificates of their own, or choose a preview host outside the wildcard.
Source: Istio's documentation of common problems, "404 errors occur when multiple gateways configured with same TLS
    certificate".
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.istio import certificate_covers, gateway_hosts, servers
from rolloutgen.kube.release import CERTIFICATE, ISTIO_GATEWAY
from rolloutgen.kube.tree import mapping, text, texts
from rolloutgen.model import Observation


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    gateways = pair.view.all(ISTIO_GATEWAY)
    told = {text(cert.body, "spec", "secretName") for cert in pair.view.all(CERTIFICATE)}
    new = [gateway for gateway in gateways if pair.old(gateway) is None]
    for gateway in gateways:
        if gateway in new:
            continue
        for at, server in servers(gateway):
            secret = text(server, "tls", "credentialName")
            wide = [host.rpartition("/")[2] for host in texts(server, "hosts") if "*" in host]
            if not secret or secret in told or not wide:
                continue  # of a certificate that the chart makes, the linter knows the names
            for preview in new:
                same = mapping(preview.body, "spec", "selector") == mapping(gateway.body, "spec", "selector")
                hosts = [host for _, host in gateway_hosts(preview) if any(_covers(name, host) for name in wide)]
                if same and hosts:
                    message = f"its wildcard {wide[0]} covers {hosts[0]} of {preview.ref} at the same ingress"
                    yield Observation(gateway, (*at, "hosts"), message)
                    break


def _covers(name: str, host: str) -> bool:
    return name == "*" or certificate_covers(name, host)


CHECK = Check(code="wildcard-gateway-host", severity="warning", objects=_spots)
