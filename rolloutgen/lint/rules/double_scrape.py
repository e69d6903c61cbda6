"""A ServiceMonitor matches both Services of a Rollout.

Why: Each pod is scraped once for every Service that selects it: rates double during an update.
Fix: Add a label to the stable Service only and select that, or scrape by PodMonitor.
Source: prometheus-operator accepts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rolloutgen.kube.release import SERVICE, SERVICE_MONITOR, ReleaseView
from rolloutgen.kube.selectors import selects
from rolloutgen.kube.strategy import service_names
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for monitor in view.all(SERVICE_MONITOR):
        selector = dig(monitor.body, "spec", "selector")
        if not isinstance(selector, Mapping):
            continue
        for rollout in view.rollouts:
            if view.namespace(rollout) != view.namespace(monitor):
                continue
            names = [name for _, name in service_names(rollout) if _matches(view, rollout, name, selector)]
            if len(set(names)) > 1:
                message = f"it matches {' and '.join(names)}: the pods of Rollout {rollout.ref.name!r} count twice"
                yield Observation(monitor, ("spec", "selector"), message)


def _matches(view: ReleaseView, rollout: Manifest, name: str, selector: Mapping[str, Any]) -> bool:
    service = view.beside(rollout, SERVICE, name)
    return service is not None and selects(selector, mapping(service.body, "metadata", "labels"))


RULE = Rule(
    code="double-scrape",
    severity="warning",
    kinds=("ServiceMonitor",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Service
metadata: {name: web-stable, labels: {app: web, track: stable}}
---
kind: Service
metadata: {name: web-canary, labels: {app: web, track: canary}}
---
kind: ServiceMonitor
spec: {selector: {matchLabels: {track: stable}}, endpoints: [{port: http}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: Service
metadata: {name: web-stable, labels: {app: web}}
---
kind: Service
metadata: {name: web-canary, labels: {app: web}}
---
kind: ServiceMonitor
spec: {selector: {matchLabels: {app: web}}, endpoints: [{port: http}]}
""",
)
