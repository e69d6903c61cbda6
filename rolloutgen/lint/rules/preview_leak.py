"""A preview VirtualService leads to the stable Service, or is listed in the Rollout.

Why: Whoever tests through the preview host would see the old version, or half of it, and call the new one good. In what
    the Rollout lists the controller moves weight between stable and canary: a preview, or a host for the stable version
    alone, cannot stay what it is there, and the Rollout is refused.
Fix: Let the preview VirtualService lead to the canary Service only, and do not list it in the Rollout.
Source: The house guide; that a listed route leads to both is checked by argo-rollouts trafficrouting/istio
    (validateVirtualServiceRouteDestinations).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.kube.istio import destinations, lone_side, rendered_listings, service_of
from rolloutgen.kube.release import VIRTUAL_SERVICE, ReleaseView
from rolloutgen.kube.strategy import canaries, routing_services
from rolloutgen.kube.tree import text, texts
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Observation

_PREVIEW = re.compile(r"(^|[-.])preview([-.]|$)")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    stable = {
        (view.namespace(rollout), routing_services(canary)[0]): rollout
        for rollout, canary in canaries(view)
        if routing_services(canary)[0]
    }
    for target in view.all(VIRTUAL_SERVICE):
        hosts = texts(target.body, "spec", "hosts")
        if not any(_PREVIEW.search(name) for name in (target.ref.name, *hosts)):
            continue
        for _, _, at, entry in destinations(target):
            where = service_of(text(entry, "destination", "host"), view.namespace(target))
            if where in stable:
                yield Observation(target, at, f"the preview leads to {where[1]!r}, the stable Service")
    yield from _listed(view)


def _listed(view: ReleaseView) -> Iterator[Observation]:
    for entry, target in rendered_listings(view):
        role = lone_side(view, entry, target)
        if role:
            said = f"{target.ref.name!r} leads to the {role} Service alone: it is not to be listed here"
            yield Observation(entry.rollout, (*entry.at, "name"), said, severity="error")


RULE = Rule(
    code="preview-leak",
    severity="warning",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: VirtualService
metadata: {name: web-preview}
spec: {hosts: [web-preview.example.com], http: [{route: [{destination: {host: web-canary}}]}]}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: VirtualService
metadata: {name: web-extra}
spec: {hosts: [web-preview.example.com], http: [{route: [{destination: {host: web-stable}}]}]}
""",
)
