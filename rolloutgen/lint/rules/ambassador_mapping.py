"""The Ambassador router has no mapping, or one with a weight of its own.

Why: The controller makes a canary copy of each mapping and gives it the weight; it needs one, and the original must
    not have one.
Fix: List the mappings, and remove weight from them.
Source: argo-rollouts controller.go (getAmbassadorMappings), validation_references.go (ValidateAmbassadorMapping);
    `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import Kind, ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routing_of
from rolloutgen.kube.tree import dig, integer, listing
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_KINDS: tuple[Kind, ...] = (("getambassador.io", "Mapping"), ("x.getambassador.io", "AmbassadorMapping"))
_FIELD = (*ROUTING, "ambassador", "mappings")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        block = dig(routing_of(canary), "ambassador")
        if not isinstance(block, Mapping):
            continue
        names = listing(block, "mappings")
        if not names:
            yield Observation(rollout, _FIELD, "ambassador.mappings names no mapping")
        for index, name in enumerate(names):
            found = next((m for kind in _KINDS if (m := view.beside(rollout, kind, str(name)))), None)
            if found is None:
                message = (
                    f"Mapping {name!r} is not in the release: it must exist in namespace {view.namespace(rollout)}"
                )
                yield Observation(rollout, (*_FIELD, index), message, "warning")
            elif integer(found.body, "spec", "weight"):
                yield Observation(found, ("spec", "weight"), "a mapping of a Rollout must not have a weight")


RULE = Rule(
    code="ambassador-mapping",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {ambassador: {mappings: [web]}}}
---
kind: Mapping
spec: {prefix: /, service: web-stable}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {ambassador: {mappings: []}}}
""",
)
