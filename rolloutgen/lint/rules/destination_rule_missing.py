"""A Rollout names a DestinationRule that the release does not render.

Why: The controller writes pod hashes into its subsets; without it every reconciliation fails.
Fix: Render the DestinationRule in the Rollout's namespace, correct the name, or make sure that it exists before.
Source: argo-rollouts trafficrouting/istio (getDestinationRule), when it runs; `kubectl argo rollouts lint` does not
    look.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.references import find_named, references_of
from rolloutgen.kube.release import DESTINATION_RULE, ReleaseView
from rolloutgen.kube.strategy import canaries
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, _ in canaries(view):
        for found in references_of(rollout, DESTINATION_RULE):
            if find_named(view, found) is None:
                message = f"DestinationRule {found.name!r} is not in the release: it must exist in namespace "
                yield Observation(rollout, found.at, f"{message}{view.namespace(rollout)}")


RULE = Rule(
    code="destination-rule-missing",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      trafficRouting:
        istio:
          virtualService: {name: web}
          destinationRule: {name: other, canarySubsetName: canary, stableSubsetName: stable}
---
kind: Service
metadata: {name: web}
---
kind: VirtualService
spec:
  hosts: [web.example.com]
  http:
    - route:
        - {destination: {host: web, subset: stable}, weight: 100}
        - {destination: {host: web, subset: canary}, weight: 0}
""",
)
