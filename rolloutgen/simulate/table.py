"""What a simulation says: rows of a table, what an abort does at each, totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rolloutgen.simulate.spec import Canary, Resources, Spec, State

WaitKind = Literal["pods", "pause", "person", "analysis", "experiment", "plugin", "delay", "never"]


@dataclass(frozen=True, slots=True)
class Wait:
    """What a row waits for and how long at least; `seconds` None where nobody can tell."""

    kind: WaitKind
    seconds: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Weight and pods at a time. `share` is the new version's part of the traffic, 0 to 1; `weight` is what the router
    was told for the canary, None without one."""

    at: float
    weight: int | None
    share: float
    canary: int
    stable: int
    trials: int = 0


@dataclass(frozen=True, slots=True)
class Abort:
    """What an abort does: the moments after it (`at` counts from the abort), the most pods on the way, and when the
    canary's last pod is gone, None where they stay."""

    moments: tuple[Moment, ...]
    peak: int
    gone: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the rollout as it stands when the next one begins.

    `index` is the step's, None for what is no step. `start` and `seconds` assume that analyses succeed and people
    answer at once. `peak` is the most pods at any moment of it. `moments` are the changes in it, for drawing.
    """

    index: int | None
    label: str
    start: float
    seconds: float
    end: Moment
    peak: int
    waits: tuple[Wait, ...] = ()
    abort: Abort | None = None
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """An update of a Rollout from the change of its pod template to the end of the old pods.

    `seconds` counts until everything runs the new version (`promoted`), `seconds_all` until the old pods are gone too.
    `first` are the pods of the very first deployment, which skips every step.
    """

    spec: Spec
    rows: tuple[Row, ...]
    seconds: float
    seconds_all: float
    peak: int
    promoted: bool
    first: int

    @property
    def open_waits(self) -> tuple[Wait, ...]:
        """The waits whose length nobody can tell, a person's answer among them."""
        return tuple(wait for row in self.rows for wait in row.waits if wait.seconds is None)

    @property
    def peak_requests(self) -> Resources:
        """What the pods of the peak request together."""
        pod = self.spec.pod
        return Resources(pod.cpu * self.peak, pod.memory * self.peak, pod.silent)


def moment(spec: Spec, state: State) -> Moment:
    """A state as the table shows it."""
    most = spec.strategy.most if isinstance(spec.strategy, Canary) else 100
    if state.promoted or state.active:
        share = 1.0
    elif state.weights is not None:
        share = state.weights.canary / most
    elif isinstance(spec.strategy, Canary):
        total = state.canary.available + state.stable.available
        share = state.canary.available / total if total else 0.0
    else:
        share = 0.0
    weight = state.weights.canary if state.weights else None
    return Moment(state.now, weight, share, state.canary.replicas, state.stable.replicas, state.trials)


def shifted(found: Moment, by: float) -> Moment:
    """The same moment on a clock that started `by` seconds later."""
    return Moment(found.at - by, found.weight, found.share, found.canary, found.stable, found.trials)
