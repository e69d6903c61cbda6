"""A document tells readers to use the Service under its old name.

Why: The Service is called after its track now; commands from the README find nothing.
Fix: Write the stable Service's name (NAME-stable).
Source: The conversion renames the Service with --service-names suffix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.kube.naming import track_suffixes
from rolloutgen.model import Observation

_COMMAND = re.compile(
    r"\b(?:kubectl|oc|minikube)\b[^\n]*?\b(?:svc|services?)[/ ]+(?:-[\w-]+[ =]\S+ +)*(?P<name>[\w.<>${}()\[\]-]+)"
)


def _spots(scene: CheckContext) -> Iterator[Observation]:
    pairs = [pair for pair in scene.pairs if any(target.renamed for target in pair.targets)]
    if not pairs:
        return
    release = pairs[0].after.value_set.release.name
    olds = {target.service.ref.name for target in pairs[0].targets if target.renamed and target.service}
    suffix = track_suffixes(pairs[0].targets[0].decision.strategy)[0]
    tails = {old.removeprefix(f"{release}-") for old in olds}
    for path, text in scene.texts.items():
        if not path.endswith((".md", ".gotmpl")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = _COMMAND.search(line)
            name = found["name"].rstrip(".)") if found else ""
            if name and any(name == tail or name.endswith((f"-{tail}", f"}}{tail}")) for tail in tails):
                yield Observation(
                    None, (), f"it names the Service {name}, which is {name}{suffix} now", path=path, line=number
                )


CHECK = Check(code="readme-names-service", severity="info", files=_spots)
