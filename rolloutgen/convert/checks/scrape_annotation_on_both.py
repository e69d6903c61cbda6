"""An annotation for Prometheus stands on both Services of a Rollout.

Why: Prometheus scrapes each endpoint of an annotated Service: once a version is out, every pod is behind both Services
    and counts twice.
Fix: Annotate the pods instead of the Service.
Source: The job kubernetes-service-endpoints of Prometheus' example configuration, which its charts ship.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import mapping
from rolloutgen.model import Observation


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        stable, canary = pair.stable(target), pair.canary(target)
        if stable is None or canary is None:
            continue
        other = mapping(canary.body, "metadata", "annotations")
        both = [
            key
            for key, value in mapping(stable.body, "metadata", "annotations").items()
            if _scrapes(key, value) and other.get(key) == value
        ]
        for key in both[:1]:
            message = f"{key} stands on {target.stable} and {target.canary}: their pods count twice"
            yield Observation(stable, ("metadata", "annotations", key), message)


def _scrapes(key: object, value: object) -> bool:
    return str(key).startswith("prometheus.io/") and str(key).endswith("scrape") and str(value).lower() == "true"


CHECK = Check(code="scrape-annotation-on-both", severity="warning", objects=_spots)
