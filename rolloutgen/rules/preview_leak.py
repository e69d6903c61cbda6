"""A preview VirtualService leads to the stable Service.

Why: Whoever tests through the preview host would see the old version, or half of it, and call the new one good.
Fix: Let the preview VirtualService lead to the canary Service only, and do not list it in the Rollout.
Source: The house guide; nothing checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.objects.mesh import destinations, service_of
from rolloutgen.objects.reading import text, texts
from rolloutgen.objects.release import VIRTUAL_SERVICE, ReleaseView
from rolloutgen.objects.strategy import canaries, routing_services
from rolloutgen.validation.rule import Fault, Rule

_PREVIEW = re.compile(r"(^|[-.])preview([-.]|$)")


def _faults(view: ReleaseView) -> Iterator[Fault]:
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
                yield Fault(target, at, f"the preview leads to {where[1]!r}, the stable Service")


RULE = Rule(
    id="preview-leak",
    severity="warning",
    check=_faults,
    good=(
        """
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: VirtualService
metadata: {name: web-preview}
spec: {hosts: [web-preview.example.com], http: [{route: [{destination: {host: web-canary}}]}]}
""",
    ),
    bad=(
        """
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
---
kind: VirtualService
metadata: {name: web-extra}
spec: {hosts: [web-preview.example.com], http: [{route: [{destination: {host: web-stable}}]}]}
""",
    ),
)
