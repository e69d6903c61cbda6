"""A template looks up the Deployment or the old Service in the cluster.

Why: After the cutover `lookup` finds neither: the template takes the branch for a first installation, with new
    passwords, default sizes, or without an address.
Fix: Look up the Rollout (argoproj.io/v1alpha1) or the stable Service; keep the old lookup beside it for the cutover.
Source: Helm's `lookup` yields an empty map for what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext
from rolloutgen.model import Observation

_DEPLOYMENT = re.compile(r"\blookup\s+[\"`](?:apps|extensions)/\w+[\"`]\s+[\"`]Deployment[\"`]")
_SERVICE = re.compile(r"\blookup\s+[\"`]v1[\"`]\s+[\"`]Service[\"`]")


def _spots(scene: CheckContext) -> Iterator[Observation]:
    renamed = any(target.renamed for pair in scene.pairs for target in pair.targets)
    for path in scene.before.template_paths:
        text = scene.before.files[path].decode("utf-8", "replace")
        if "lookup" not in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            what = "Deployment" if _DEPLOYMENT.search(line) else "Service" if renamed and _SERVICE.search(line) else ""
            if what:
                here, found = scene.after_line(path, number)
                now = "a Rollout" if what == "Deployment" else "a stable and a canary one"
                message = f"it looks up a {what}; when that of this chart is meant, it is {now} now"
                yield Observation(None, (), message, path=here, line=found)


CHECK = Check(code="lookup-of-old-object", severity="warning", files=_spots)
