"""A workload reads the label pod-template-hash, which only a Deployment gives to its pods.

Why: The pods of a Rollout carry rollouts-pod-template-hash: a spread constraint or a selector on the other label
    matches nothing, or spreads both versions as one.
Fix: Write rollouts-pod-template-hash.
Source: The label that the Rollouts controller adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.tree import strings
from rolloutgen.model import Observation

_LABEL = re.compile(r"(?<![\w-])pod-template-hash(?![\w-])")


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    if not pair.targets:
        return
    for manifest in pair.after.objects:
        if manifest.ref.kind in ("Secret", "CustomResourceDefinition") or (manifest.ref.kind == "Deployment"):
            continue
        for at, value in strings(manifest.body):
            if _LABEL.search(value):
                message = "a Rollout's pods carry rollouts-pod-template-hash instead of pod-template-hash"
                yield Observation(manifest, at, message, needle="pod-template-hash")


CHECK = Check(code="pod-template-hash", severity="warning", objects=_spots)
