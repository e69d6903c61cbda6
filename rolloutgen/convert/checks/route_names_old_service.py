"""An object still names the Service that was renamed.

Why: What names a Service follows it to its new name. An object that is called like the Service, and a field that can
    never change, do not: they lead nowhere after the conversion.
Fix: Write the stable Service's name there, or convert with --service-names keep.
Source: The render after the conversion has no Service of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.references import references_to
from rolloutgen.model import Observation


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        if target.service is None or not target.renamed:
            continue
        old = target.service.ref
        for manifest in pair.after.objects:
            for found in references_to(manifest, old, target.release.namespace):
                verb = "is about" if found.role in ("own", "about") else "leads to"
                yield Observation(
                    manifest, found.at, f"{manifest.ref} {verb} Service {old.name}, which is {target.stable} now"
                )


CHECK = Check(code="route-names-old-service", severity="warning", objects=_spots)
