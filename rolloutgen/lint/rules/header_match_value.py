"""A header match of a step has no value, several, or one that the router cannot use.

Why: A match gives exactly one of exact, prefix and regex; an ALB takes exact only.
Fix: Keep one of exact, prefix and regex.
Source: argo-rollouts validation.go (hasALBInvalidValues, hasMultipleMatchValues); `kubectl argo rollouts lint`
    refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import routed_by, routing_of, steps_of
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_FORMS = ("exact", "regex", "prefix")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary, at, value in steps_of(view, "setHeaderRoute"):
        routing = routing_of(canary)
        if not routed_by(routing, "istio", "alb", "apisix", "plugins"):
            continue
        for index, match in rows(value, "match"):
            given = [form for form in _FORMS if text(match, "headerValue", form)]
            if routed_by(routing, "alb") and given != ["exact"]:
                yield Observation(
                    rollout, (*at, "match", index), "with an ALB a header match takes exact, and only that"
                )
            elif len(given) != 1:
                yield Observation(
                    rollout, (*at, "match", index), "a header match takes exactly one of exact, prefix and regex"
                )


RULE = Rule(
    code="header-match-value",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: beta}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setHeaderRoute: {name: beta, match: [{headerName: x-beta, headerValue: {prefix: a}}]}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: beta}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setHeaderRoute: {name: beta, match: [{headerName: x-beta, headerValue: {exact: a, prefix: b}}]}}]
""",
)
