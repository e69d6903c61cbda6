"""What a simulation needs to know of a Rollout, and nothing else.

Where a rollout stands between two looks of the controller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rolloutgen.model import Json
from rolloutgen.simulate.counts import Pods

StepKind = Literal[
    "setWeight", "setCanaryScale", "pause", "analysis", "experiment", "setHeaderRoute", "setMirrorRoute", "plugin", ""
]
SCALE_DOWN_DELAY = 30.0  # scaleDownDelaySeconds and abortScaleDownDelaySeconds where nothing is said
RESYNC = 900.0  # how often the controller looks at every Rollout anyway


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests of a pod: CPU in cores, memory in bytes. `silent` are the containers that ask for nothing."""

    cpu: Decimal = Decimal(0)
    memory: Decimal = Decimal(0)
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """An experiment's template: how many pods, of which version, and its part of the traffic (None: no weight)."""

    name: str
    replicas: int
    weight: int | None


@dataclass(frozen=True, slots=True)
class CanaryStep:
    """One canary step. `seconds` is how long a pause, an analysis or an experiment lasts, None without an end that is
    known; for a pause None means that a person continues it. `names` are what it runs: templates, routes, a plugin."""

    kind: StepKind
    label: str
    weight: int | None = None
    scale_replicas: int | None = None
    scale_weight: int | None = None
    scale_matches: bool = False
    seconds: float | None = None
    names: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Canary:
    """The canary strategy. `routed` tells that there is traffic routing; `most` is maxTrafficWeight. `abort_delay` None
    means that the canary is never scaled down by time after an abort (abortScaleDownDelaySeconds: 0); `abort_chosen`
    that the field was given. `analysis` names the background analysis, from `analysis_from` on."""

    steps: tuple[CanaryStep, ...] = ()
    routed: bool = False
    router: str = ""
    surge: Json = None
    unavailable: Json = None
    dynamic: bool = False
    minimum: int | None = None
    threshold: tuple[str, int] | None = None
    delay: float = SCALE_DOWN_DELAY
    delay_revisions: int | None = None
    abort_delay: float | None = SCALE_DOWN_DELAY
    abort_chosen: bool = False
    most: int = 100
    analysis: tuple[str, ...] = ()
    analysis_from: int = 0


@dataclass(frozen=True, slots=True)
class AnalysisCheck:
    """An analysis before or after the promotion of blue-green: its templates and how long it takes, None: unknown."""

    names: tuple[str, ...]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """The blue-green strategy. `promotes` is autoPromotionEnabled; `after` autoPromotionSeconds, 0 for none."""

    active: str = ""
    preview: str = ""
    preview_replicas: int | None = None
    promotes: bool = True
    after: float = 0.0
    delay: float = SCALE_DOWN_DELAY
    delay_chosen: bool = False
    delay_revisions: int | None = None
    abort_delay: float | None = SCALE_DOWN_DELAY
    pre: AnalysisCheck | None = None
    post: AnalysisCheck | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """An autoscaler of the Rollout and its limits for `replicas`."""

    kind: str
    name: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Spec:
    """A Rollout as the controller acts on it. `ready` are the seconds that a new pod needs at least to be available;
    `pod` what one pod requests."""

    name: str
    namespace: str
    replicas: int
    strategy: Canary | BlueGreen
    ready: float = 0.0
    pod: Resources = field(default_factory=Resources)
    bounds: Bounds | None = None
    paused: bool = False
    deadline: float = 600.0
    deadline_aborts: bool = False


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
