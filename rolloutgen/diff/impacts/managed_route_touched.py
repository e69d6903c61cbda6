"""The deployment writes routes that the Rollouts controller steers.

Why: The chart's manifest says 100 and 0. Whatever changes under `spec.http`, Helm writes the whole of it, so a canary
    in flight loses its share of the traffic until the controller puts it back: milliseconds with a healthy
    controller, for as long as it is down without one. Helm 4 with server-side apply ends in a conflict instead. Argo
    CD with `ignoreDifferences` on the weights may not bring the change at all.
Fix: Deploy it while no canary is in flight (`kubectl argo rollouts status`), and look at the VirtualService
    afterwards.
Source: facts measured on a cluster with argo-rollouts 1.10 and Helm 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, listed
from rolloutgen.kube.istio import listings
from rolloutgen.model import Observation

_PROTOCOLS = ("http", "tls", "tcp")
_BY_DEPLOYER = {
    "helm4": "; with server-side apply the upgrade ends in a conflict with rollouts-controller once a weight moved",
    "argocd": "; where the Application ignores the weights, check that Argo CD brings the change at all",
}


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    steered: dict[int, list[str]] = {}
    targets = {}
    before = {entry.rollout.ref.name for entry in listings(sides.before)}
    for entry in listings(sides.after):
        if entry.target is not None and entry.rollout.ref.name in before:  # a new Rollout has no canary in flight
            targets[id(entry.target)] = entry.target
            steered.setdefault(id(entry.target), []).append(code(entry.rollout.ref.name))
    for key, target in targets.items():
        change = sides.change_of(target)
        touched = [name for name in _PROTOCOLS if change and change.before and change.touches("spec", name)]
        if not touched:
            continue
        fields = listed([f"`spec.{name}`" for name in touched])
        rollouts = listed(list(dict.fromkeys(steered[key])))
        yield Observation(
            target,
            (),
            f"{fields} is written while Rollout {rollouts} steers it: a canary in flight gets the weights of the chart "
            f"until the controller repairs them{_BY_DEPLOYER.get(sides.after.deployer, '')}",
        )


_BEFORE = """
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {istio: {virtualService: {name: web, routes: [primary]}}}
---
kind: VirtualService
spec:
  hosts: [shop.example.com]
  http:
  - name: primary
    timeout: 5s
    route:
    - {destination: {host: web-stable}, weight: 100}
    - {destination: {host: web-canary}, weight: 0}
"""

IMPACT = Impact(
    code="managed-route-touched",
    severity="warning",
    observe=_observe,
    example=ImpactExample(
        _BEFORE, _BEFORE.replace("5s", "9s"), ("`spec.http`", "Rollout `web`", "until the controller repairs")
    ),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("shop.example.com", "new.example.com")),
)
