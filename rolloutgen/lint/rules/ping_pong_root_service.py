"""Ping-pong with an ALB lacks the root Service.

Why: With ping-pong neither Service is the stable one for good, so the Ingress needs a third one to name.
Fix: Set trafficRouting.alb.rootService to a Service that selects all pods and that the Ingress names.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routing_of
from rolloutgen.kube.tree import dig, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        alb = dig(routing_of(canary), "alb")
        if canary.get("pingPong") is not None and isinstance(alb, Mapping) and not text(alb, "rootService"):
            yield Observation(rollout, (*ROUTING, "alb", "rootService"), "pingPong with an ALB needs alb.rootService")


RULE = Rule(
    code="ping-pong-root-service",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      pingPong: {pingService: web-ping, pongService: web-pong}
      trafficRouting: {alb: {ingress: web, servicePort: 80, rootService: web-root}}
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      pingPong: {pingService: web-ping, pongService: web-pong}
      trafficRouting: {alb: {ingress: web, servicePort: 80}}
""",
)
