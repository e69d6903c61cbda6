"""A match of a mirror step has no value, or several.

Why: method and path each give exactly one of exact, prefix and regex.
Fix: Keep one of exact, prefix and regex.
Source: argo-rollouts validation.go (hasMultipleMatchValues); `kubectl argo rollouts lint` refuses it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import steps_of
from rolloutgen.kube.tree import rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, _, at, value in steps_of(view, "setMirrorRoute"):
        for index, match in rows(value, "match"):
            for field in ("method", "path"):
                given = [form for form in ("exact", "regex", "prefix") if text(match, field, form)]
                if match.get(field) is not None and len(given) != 1:
                    message = f"{field} takes exactly one of exact, prefix and regex"
                    yield Observation(rollout, (*at, "match", index, field), message)


RULE = Rule(
    code="mirror-match-value",
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
      trafficRouting: {managedRoutes: [{name: shadow}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setMirrorRoute: {name: shadow, match: [{method: {exact: GET}, path: {prefix: /}}]}}]
""",
    bad="""
kind: Rollout
spec:
  strategy:
    canary:
      stableService: web-stable
      canaryService: web-canary
      trafficRouting: {managedRoutes: [{name: shadow}], istio: {virtualService: {name: web, routes: [primary]}}}
      steps: [{setMirrorRoute: {name: shadow, match: [{method: {exact: GET, regex: P.*}}]}}]
""",
)
