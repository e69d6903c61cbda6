"""A text of the configuration seems to name the Service that was renamed.

Why: Addresses in texts follow the stable Service by themselves; a bare name behind a word such as `service` or
    `upstream` may mean it too, and the text alone does not tell.
Fix: Where it means the Service, write the stable one's name, or convert with --service-names keep.
Source: Looked for in arguments, variables, ConfigMaps and annotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import strings
from rolloutgen.model import Observation, Path

_WORDS = r"(?:service|svc|upstream|backend|endpoint)s?(?:[-_.]?names?)?|host(?:[-_.]?name)?(?=\s*[=:])"
_BEFORE = rf"(?:{_WORDS})[\"']?\s*(?:=|:\s|\s)\s*[\"']?"
_SKIPPED = {"Secret", "CustomResourceDefinition", "Service", "ServiceAccount"}


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        if not target.renamed or target.service is None:
            continue
        old = target.service.ref.name
        pattern = re.compile(rf"(?<![\w]){_BEFORE}{re.escape(old)}(?![\w./:-])", re.IGNORECASE)
        for manifest in pair.after.objects:
            if manifest.ref.kind in _SKIPPED:
                continue
            for at, value in strings(manifest.body):
                if old not in value or value == old or not _is_text(at, manifest.ref.kind):
                    continue
                found = pattern.search(value)
                if found:
                    said = " ".join(found[0].split())
                    message = f"{said!r} may mean the Service that is {target.stable} now"
                    yield Observation(
                        manifest,
                        at,
                        message,
                        needle=f"{found[0].splitlines()[0]}\n{found[0].splitlines()[0].removesuffix(old).strip()}",
                    )


def _is_text(at: Path, kind: str) -> bool:
    if kind == "ConfigMap":
        return at[0] == "data"
    return "args" in at or "command" in at or "annotations" in at or ("env" in at and at[-1] == "value")


CHECK = Check(code="service-name-in-text", severity="info", objects=_spots)
