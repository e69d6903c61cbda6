"""What the Rollouts controller does with an update of a Rollout, step by step, computed without a cluster.

The rules are those of argo-rollouts v1.10.0. Pods become ready together, `Spec.ready` seconds after they were asked
for, and end at once; analyses succeed and people answer without thinking.
"""

from __future__ import annotations

from dataclasses import replace

from rolloutgen.simulate.blue_green import blue_green_rows
from rolloutgen.simulate.canary import canary_rows
from rolloutgen.simulate.spec import Bounds, Canary, Spec
from rolloutgen.simulate.table import Simulation

__all__ = ["Bounds", "Simulation", "Spec", "at_bounds", "simulate"]


def simulate(spec: Spec) -> Simulation:
    """The update of a Rollout that runs with `spec.replicas`. Raises LimitError where it takes too many changes."""
    strategy = spec.strategy
    if isinstance(strategy, Canary):
        rows, promoted = canary_rows(spec, strategy)
    else:
        rows, promoted = blue_green_rows(spec, strategy)
    new = [row for row in rows if row.label not in ("old pods end", "old pods stay")]
    return Simulation(
        spec,
        rows,
        sum(row.seconds for row in new),
        sum(row.seconds for row in rows),
        max(row.peak for row in rows),
        promoted,
        0 if spec.paused else spec.replicas,
    )


def at_bounds(spec: Spec) -> tuple[Simulation, ...]:
    """The same update at the autoscaler's minimum and maximum; nothing without an autoscaler."""
    if spec.bounds is None:
        return ()
    return tuple(simulate(replace(spec, replicas=number)) for number in (spec.bounds.minimum, spec.bounds.maximum))
