"""ConfigMaps and Secrets by version: a hash of the content in the name, in the object and in every reference.

A pod of the old version then keeps the configuration that it was made with, and a change of configuration is a change
of the pod template, which the steps of a rollout guard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolloutgen.errors import ChartRefused
from rolloutgen.goyaml import go_json
from rolloutgen.kube.pods import CONTENT, is_config
from rolloutgen.kube.references import config_references
from rolloutgen.kube.tree import as_map, dig, put
from rolloutgen.model import Change, Manifest, Path, Ref, Release

RULE = "config-version"
# Old ReplicaSets may still need an object that is no longer in the chart.
KEPT: Mapping[str, str] = {
    "helm.sh/resource-policy": "keep",
    "argocd.argoproj.io/sync-options": "Prune=false",
}
_LONGEST = 253  # of the name of a ConfigMap or Secret


@dataclass(frozen=True, slots=True)
class Versioned:
    """The objects of a render under their new names, in order, and what was changed."""

    objects: tuple[Manifest, ...]
    changes: tuple[Change, ...] = ()
    moved: tuple[tuple[Ref, Ref], ...] = ()


def content_hash(body: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits of SHA-256 over the content as Go's JSON of its maps."""
    content = {key: body[key] for key in CONTENT if key in body}
    return hashlib.sha256(go_json(content).encode()).hexdigest()[:8]


def versioned(objects: Sequence[Manifest], sites: Sequence[str], release: Release) -> Versioned:
    """The render with the ConfigMaps and Secrets of `sites` under names that carry their content's hash.

    Raises ChartRefused ("long-release-name") where such a name is too long.
    """
    names: dict[tuple[str, str, str], str] = {}
    for manifest in objects:
        if manifest.site in sites and is_config(manifest):
            name = f"{manifest.ref.name}-{content_hash(manifest.body)}"
            if len(name) > _LONGEST:
                raise ChartRefused.of_object(
                    "long-release-name", manifest, f"{name} is too long a name", "use a shorter release name"
                )
            names[(manifest.ref.kind, manifest.ref.home(release.namespace), manifest.ref.name)] = name
    if not names:
        return Versioned(tuple(objects))
    found: list[Manifest] = []
    changes: list[Change] = []
    moved: list[tuple[Ref, Ref]] = []
    for manifest in objects:
        body, paths = _followed(manifest, names, release)
        changes += [Change(manifest.ref, path, RULE) for path in paths]
        new = manifest if body is manifest.body else manifest._replace(body=body)
        if manifest.site in sites and is_config(manifest):
            name = names[(manifest.ref.kind, manifest.ref.home(release.namespace), manifest.ref.name)]
            new = _renamed(new, name)
            moved.append((manifest.ref, new.ref))
            changes += [Change(manifest.ref, (), RULE), Change(new.ref, (), RULE)]
            changes += [Change(new.ref, ("metadata", field), RULE) for field in ("name", "annotations")]
        found.append(new)
    return Versioned(tuple(found), tuple(changes), tuple(moved))


def _renamed(manifest: Manifest, name: str) -> Manifest:
    annotations = {**as_map(dig(manifest.body, "metadata", "annotations")), **KEPT}
    body = put(put(manifest.body, ("metadata", "name"), name), ("metadata", "annotations"), annotations)
    return manifest._replace(ref=manifest.ref._replace(name=name), body=body)


def _followed(
    manifest: Manifest, names: Mapping[tuple[str, str, str], str], release: Release
) -> tuple[Mapping[str, Any], list[Path]]:
    body: Any = manifest.body
    paths: list[Path] = []
    for found in config_references(manifest):
        new = names.get((found.kind[1], manifest.ref.home(release.namespace), found.name))
        if new:
            body = put(body, found.at, new)
            paths.append(found.at)
    return body, paths
