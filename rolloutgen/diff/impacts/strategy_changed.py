"""How new versions are rolled out changes, steps aside.

Why: Another strategy, other Services, another router or analysis hold for the next rollout. Services that the Rollout
    named and names no more keep the controller's hash in their selector until somebody takes it off.
Fix: Deploy it while no canary is in flight; then look at the Services and the router (`kubectl argo rollouts get
    rollout`).
Source: docs/features/specification.md of Argo Rollouts.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.diff.diff import Impact, ImpactExample, ReleaseChange, code, field_names, listed
from rolloutgen.kube.release import ROLLOUT, SERVICE
from rolloutgen.kube.strategy import CANARY, service_names
from rolloutgen.kube.tree import as_map, dig, path_text
from rolloutgen.model import Manifest, Observation


def _observe(sides: ReleaseChange) -> Iterator[Observation]:
    for change in sides.changed(ROLLOUT):
        old, new = change.before, change.after
        if old is None or new is None or old.ref.kind != "Rollout":
            continue
        before, after = _kind(old), _kind(new)
        if before != after:
            yield Observation(
                new, ("spec", "strategy"), f"the strategy changes: {code(before)} -> {code(after)}", severity="warning"
            )
            continue
        steps = path_text((*CANARY, "steps"))
        fields = [name for name in field_names(change, ("spec", "strategy")) if not name.startswith(f"`{steps}")]
        if fields:
            yield Observation(
                new, ("spec", "strategy"), f"the strategy changes, from the next rollout on: {listed(fields)}"
            )
        for name in sorted({name for _, name in service_names(old)} - {name for _, name in service_names(new)}):
            if sides.after.beside(new, SERVICE, name) is not None:
                message = (
                    f"Service {code(name)} is let go: the controller's hash stays in its selector, with the old pods"
                )
                yield Observation(new, ("spec", "strategy"), message, severity="warning")


def _kind(rollout: Manifest) -> str:
    return next(iter(as_map(dig(rollout.body, "spec", "strategy"))), "none")


_BEFORE = """
kind: Rollout
spec: {strategy: {canary: {stableService: web-a, canaryService: web-b, maxSurge: 1, steps: [{setWeight: 10}]}}}
---
kind: Service
metadata: {name: web-a}
---
kind: Service
metadata: {name: web-b}
---
kind: Service
metadata: {name: web-c}
"""

IMPACT = Impact(
    code="strategy-changed",
    severity="info",
    order=3,
    observe=_observe,
    example=ImpactExample(_BEFORE, _BEFORE.replace("maxSurge: 1", "maxSurge: 2"), ("`spec.strategy.canary.maxSurge`",)),
    counterexample=ImpactExample(_BEFORE, _BEFORE.replace("setWeight: 10", "setWeight: 20")),
)
