"""Reading the strategy of a Rollout: which fields there are, whom they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.references import references_of
from rolloutgen.kube.release import SERVICE, ReleaseView
from rolloutgen.kube.tree import dig, mapping, rows, text
from rolloutgen.model import Manifest, Path

CANARY: Path = ("spec", "strategy", "canary")
BLUE_GREEN: Path = ("spec", "strategy", "blueGreen")
ROUTING: Path = (*CANARY, "trafficRouting")

STEP_KINDS = (
    "setWeight",
    "pause",
    "experiment",
    "analysis",
    "setCanaryScale",
    "setHeaderRoute",
    "setMirrorRoute",
    "plugin",
)


def canary_of(rollout: Manifest) -> Mapping[str, Any] | None:
    """The canary strategy; None without one, and where blue-green stands beside it: then neither is looked into."""
    found = dig(rollout.body, *CANARY)
    return found if isinstance(found, Mapping) and dig(rollout.body, *BLUE_GREEN) is None else None


def blue_green_of(rollout: Manifest) -> Mapping[str, Any] | None:
    """The blue-green strategy; None without one, and where canary stands beside it."""
    found = dig(rollout.body, *BLUE_GREEN)
    return found if isinstance(found, Mapping) and dig(rollout.body, *CANARY) is None else None


def canaries(view: ReleaseView) -> Iterator[tuple[Manifest, Mapping[str, Any]]]:
    """Every Rollout with a canary strategy, and that strategy."""
    for rollout in view.rollouts:
        canary = canary_of(rollout)
        if canary is not None:
            yield rollout, canary


def routing_of(canary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`trafficRouting` of a canary strategy; None without one."""
    found = canary.get("trafficRouting")
    return found if isinstance(found, Mapping) else None


def routed_by(routing: Mapping[str, Any] | None, *routers: str) -> bool:
    """Whether one of `routers` is configured; `plugins` counts only when it names one."""
    if routing is None:
        return False
    return any(bool(routing.get(name)) if name == "plugins" else routing.get(name) is not None for name in routers)


def steps(canary: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The canary steps with their paths in the Rollout."""
    for index, step in rows(canary, "steps"):
        yield (*CANARY, "steps", index), step


def steps_of(view: ReleaseView, kind: str) -> Iterator[tuple[Manifest, Mapping[str, Any], Path, Any]]:
    """Every step of `kind`: the Rollout, its canary strategy, the path to the step's value, the value."""
    for rollout, canary in canaries(view):
        for at, step in steps(canary):
            if step.get(kind) is not None:
                yield rollout, canary, (*at, kind), step[kind]


def service_names(rollout: Manifest) -> Iterator[tuple[Path, str]]:
    """The Services that a Rollout names, with the paths of the fields."""
    for found in references_of(rollout, SERVICE):
        if found.role == "version" and (canary_of if "canary" in found.at else blue_green_of)(rollout) is not None:
            yield found.at, found.name


def routing_services(canary: Mapping[str, Any]) -> tuple[str, str]:
    """The stable and the canary Service that traffic routing uses; ping-pong's only where neither is named."""
    stable, new = text(canary, "stableService"), text(canary, "canaryService")
    pair = mapping(canary, "pingPong")
    if not stable and not new and pair:
        return text(pair, "pongService"), text(pair, "pingService")
    return stable, new
