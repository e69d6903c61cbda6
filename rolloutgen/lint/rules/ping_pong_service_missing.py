"""Ping-pong lacks one of its two Services.

Why: Both are needed: the roles of stable and canary alternate between them.
Fix: Set pingService and pongService.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import CANARY, canaries
from rolloutgen.kube.tree import text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        pair = canary.get("pingPong")
        for field in ("pingService", "pongService"):
            if isinstance(pair, Mapping) and not text(pair, field):
                yield Observation(rollout, (*CANARY, "pingPong", field), f"pingPong.{field} is missing")


RULE = Rule(
    code="ping-pong-service-missing",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {pingPong: {pingService: web-ping, pongService: web-pong}}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {pingPong: {pingService: web-ping, pongService: ""}}}}
""",
)
