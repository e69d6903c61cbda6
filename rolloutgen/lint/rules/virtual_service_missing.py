"""A Rollout names a VirtualService that the release does not render.

Why: Without it the controller marks the Rollout InvalidSpec. A name with a dot is read as name.namespace.
Fix: Render the VirtualService, correct the name (name.namespace for another namespace), or make sure that it exists
    before.
Source: argo-rollouts istio/controller.go (GetReferencedVirtualServices); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.istio import listings
from rolloutgen.kube.references import split_name
from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for entry in listings(view):
        name = text(entry.entry, "name")
        if entry.target is None and name:
            space, short = split_name(name)
            where = space or view.namespace(entry.rollout)
            message = f"VirtualService {short!r} is not in the release: it must exist in namespace {where}"
            yield Observation(entry.rollout, (*entry.at, "name"), message)


RULE = Rule(
    code="virtual-service-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web.shop, routes: [primary]}}}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - name: primary
      route:
        - {destination: {host: web-stable}, weight: 100}
        - {destination: {host: web-canary}, weight: 0}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: other}}}
""",
)
