"""A route leads to a Service of several ports and does not say which.

Why: Without destination.port Istio looks for the listener's own port (80 or 443) in the Service: requests end in 503.
Fix: Add destination.port.number to each destination.
Source: Istio's documentation of Destination.port: it may be left out for Services of one port only.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import destination_service, destinations
from rolloutgen.kube.release import VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.tree import integer, listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for target in view.all(VIRTUAL_SERVICE):
        for _, _, at, entry in destinations(target):
            service = destination_service(view, target, entry)
            ports = len(listing(service.body, "spec", "ports")) if service else 0
            if service is not None and ports > 1 and integer(entry, "destination", "port", "number") is None:
                yield Observation(
                    target, (*at, "destination"), f"{service.ref} has {ports} ports: name one in destination.port"
                )


RULE = Rule(
    code="destination-port-missing",
    severity="warning",
    kinds=("VirtualService",),
    check=_faults,
    good="""
kind: Service
spec: {ports: [{name: http, port: 80}, {name: grpc, port: 90}]}
---
kind: VirtualService
spec: {hosts: [a.example.com], http: [{route: [{destination: {host: web, port: {number: 80}}}]}]}
""",
    bad="""
kind: Service
spec: {ports: [{name: http, port: 80}, {name: grpc, port: 90}]}
---
kind: VirtualService
spec: {hosts: [a.example.com], http: [{route: [{destination: {host: web}}]}]}
""",
)
