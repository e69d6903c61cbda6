"""An object names the Deployment that is a Rollout now.

Why: Canaries of Flagger, schedules, policies and scripts find their target by kind and name; they find nothing.
Fix: Point it at apiVersion argoproj.io/v1alpha1, kind Rollout, where the tool knows that kind; else take it out.
Source: The render after the conversion has no such Deployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.references import target_of
from rolloutgen.kube.tree import as_map, dig, strings
from rolloutgen.model import Json, Observation, Path

_SKIPPED = {"Secret", "CustomResourceDefinition"}


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    left = {(pair.view.namespace(m), m.ref.name) for m in pair.after.objects if m.ref.kind == "Deployment"}
    names = {target.name for target in pair.targets if (target.namespace, target.name) not in left}
    if not names:
        return
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    path = re.compile(rf"(?<![\w-])deploy(?:ment)?s?(?:\.apps)?/({any_name})(?![\w-]|\.\w)", re.IGNORECASE)
    for manifest in pair.after.objects:
        if manifest.ref.kind in _SKIPPED:
            continue
        for at, value in _mappings(manifest.body, ()):
            if value.get("name") in names and target_of(manifest) is None:  # lint says it of autoscalers
                yield Observation(
                    manifest, (*at, "name"), f"it names Deployment {value['name']}, which is a Rollout now"
                )
        for at, text in strings(manifest.body):
            found = path.search(text) if "kubectl" not in text else None  # commands are findings of their own
            if found:
                yield Observation(
                    manifest, at, f"{found[0]!r} is a Rollout now", needle=found[0].partition("/")[0] + "/"
                )
            elif at[-1] == "value" and text in names and _says_deployment(manifest.body, at):
                yield Observation(manifest, at, f"a variable names Deployment {text}, which is a Rollout now")


def _mappings(value: Json, at: Path) -> Iterator[tuple[Path, Any]]:
    """Every mapping below an object that is a reference: kind Deployment and a name."""
    if isinstance(value, dict):
        if at and value.get("kind") == "Deployment" and isinstance(value.get("name"), str):
            yield at, value
        for key, entry in value.items():
            if isinstance(entry, dict | list):
                yield from _mappings(entry, (*at, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, dict | list):
                yield from _mappings(entry, (*at, index))


def _says_deployment(body: Json, at: Path) -> bool:
    """Whether a value is that of a variable such as DEPLOYMENT_NAME."""
    return "env" in at and "DEPLOY" in str(as_map(dig(body, *at[:-1])).get("name", "")).upper()


CHECK = Check(code="deployment-reference", severity="warning", objects=_spots)
