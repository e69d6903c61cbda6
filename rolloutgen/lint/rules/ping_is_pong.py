"""The ping and the pong Service are the same.

Why: The roles of stable and canary alternate between two Services; one cannot be both.
Fix: Name two different Services.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        ping = text(canary, "pingPong", "pingService")
        if ping and ping == text(canary, "pingPong", "pongService"):
            at = (*CANARY, "pingPong", "pingService")
            yield Observation(rollout, at, f"pingService and pongService are both {ping!r}")


RULE = Rule(
    code="ping-is-pong",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {pingPong: {pingService: web-ping, pongService: web-pong}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {pingPong: {pingService: web-ping, pongService: web-ping}}}}
""",
)
