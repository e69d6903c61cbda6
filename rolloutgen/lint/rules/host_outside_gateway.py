"""A host of a VirtualService is not one of its Gateway.

Why: Istio serves a host only where a server of the Gateway has it; the route would never be used.
Fix: Add the host to a server of the Gateway, or correct it.
Source: Istio's documentation of VirtualService.gateways; `istioctl analyze` says it on a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import covers, gateway_hosts, gateways_of, service_of
from rolloutgen.kube.release import VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.tree import listing, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for target in view.all(VIRTUAL_SERVICE):
        gateways = gateways_of(view, target)
        if not gateways:
            continue
        served = [host for gateway in gateways for _, host in gateway_hosts(gateway)]
        in_mesh = "mesh" in texts(target.body, "spec", "gateways")
        for index, host in enumerate(listing(target.body, "spec", "hosts")):
            if not isinstance(host, str) or (in_mesh and service_of(host, view.namespace(target))):
                continue
            if not any(covers(pattern, host) or covers(host, pattern) for pattern in served):
                names = ", ".join(gateway.ref.name for gateway in gateways)
                yield Observation(target, ("spec", "hosts", index), f"no server of Gateway {names} has host {host!r}")


RULE = Rule(
    code="host-outside-gateway",
    severity="warning",
    kinds=("VirtualService",),
    check=_faults,
    good="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: ["*.example.com"], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: Service
---
kind: VirtualService
spec: {hosts: [web.example.com], gateways: [web], http: [{route: [{destination: {host: web}}]}]}
""",
    bad="""
kind: Gateway
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: [a.example.com], port: {name: http, number: 80, protocol: HTTP}}]
---
kind: Service
---
kind: VirtualService
spec: {hosts: [b.example.com], gateways: [web], http: [{route: [{destination: {host: web}}]}]}
""",
)
