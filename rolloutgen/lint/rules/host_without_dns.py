"""The hosts of the Gateways and the DNS records of a release differ.

Why: A host without a record cannot be reached; a record without a host leads to a 404.
Fix: Render one endpoint in a DNSEndpoint for each host of a Gateway.
Source: Istio and external-dns each accept their half. Looked at only where the release renders DNSEndpoints.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import covers, gateway_hosts
from rolloutgen.kube.release import DNS_ENDPOINT, HTTP_ROUTE, INGRESSES, ISTIO_GATEWAY, ReleaseView
from rolloutgen.kube.tree import rows, text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    records = [
        (entry, ("spec", "endpoints", index, "dnsName"), text(row, "dnsName"))
        for entry in view.all(DNS_ENDPOINT)
        for index, row in rows(entry.body, "spec", "endpoints")
    ]
    hosts = [(gateway, at, host) for gateway in view.all(ISTIO_GATEWAY) for at, host in gateway_hosts(gateway)]
    if not records or not hosts:
        return
    served = {host for _, _, host in hosts} | set(_ingress_hosts(view))
    for gateway, at, host in hosts:
        if host != "*" and "." in host and not any(covers(name, host) for _, _, name in records):
            yield Observation(gateway, at, f"no DNSEndpoint has a record for {host!r}")
    for entry, at, name in records:
        if name and not any(covers(host, name) or covers(name, host) for host in served):
            yield Observation(entry, at, f"no Gateway or Ingress serves {name!r}")


def _ingress_hosts(view: ReleaseView) -> Iterator[str]:
    for ingress in view.all(*INGRESSES):
        for _, rule in rows(ingress.body, "spec", "rules"):
            yield text(rule, "host")
    for route in view.all(HTTP_ROUTE):
        yield from texts(route.body, "spec", "hostnames")


RULE = Rule(
    code="host-without-dns",
    severity="warning",
    kinds=("DNSEndpoint",),
    check=_faults,
    good="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: [a.example.com], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: DNSEndpoint
spec: {endpoints: [{dnsName: a.example.com, recordType: CNAME, targets: [lb.example.net]}]}
""",
    bad="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: [a.example.com], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: DNSEndpoint
spec: {endpoints: [{dnsName: b.example.com, recordType: CNAME, targets: [lb.example.net]}]}
""",
)
