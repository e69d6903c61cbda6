"""An experiment's template has a weight and no router that can give it one.

Why: Only the SMI, ALB, Istio and plugin routers send a share of the traffic to an experiment.
Fix: Remove the weight, or use one of those routers.
Source: argo-rollouts validation.go (ValidateRolloutStrategyCanary); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routed_by, routing_of, steps_of
from rolloutgen.kube.tree import rows
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, value in steps_of(view, "experiment"):
        for index, template in rows(value, "templates"):
            if template.get("weight") is not None and not routed_by(
                routing_of(canary), "smi", "alb", "istio", "plugins"
            ):
                message = "a template's weight needs the smi, alb, istio or a plugin router"
                yield Observation(rollout, (*at, "templates", index, "weight"), message)


RULE = Rule(
    code="experiment-weight-router",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {steps: [{experiment: {templates: [{name: base, specRef: stable}]}}]}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {steps: [{experiment: {templates: [{name: base, specRef: stable, weight: 5}]}}]}}}
""",
)
