"""Where a rollout stands between two looks of the controller."""

from __future__ import annotations

from dataclasses import dataclass

from .counts import Pods

_NONE = Pods()


@dataclass(frozen=True, slots=True)
class Weights:
    """What the router was told: the parts of canary, stable and experiments."""

    canary: int = 0
    stable: int = 100
    trial: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """`canary` is the new version's ReplicaSet and `stable` the old one's, also after `promoted`.

    `step` is the current step's index, the number of steps after the last. `waiting` tells that the step's own wait has
    begun (a pause is on, an analysis or experiment runs), `waited` that it is over. `deadline` is when a delayed
    scale-down is due. `trials` are the pods of experiments, which end at `trials_until`. For blue-green `active` tells
    whether the active Service selects the new version.
    """

    now: float = 0.0
    canary: Pods = _NONE
    stable: Pods = _NONE
    step: int = 0
    weights: Weights | None = None
    waiting: bool = False
    waited: bool = False
    aborted: bool = False
    promoted: bool = False
    deadline: float | None = None
    trials: int = 0
    trials_until: float | None = None
    active: bool = False

    @property
    def pods(self) -> int:
        """All pods that are asked for."""
        return self.canary.replicas + self.stable.replicas + self.trials
