"""A render without what changes from render to render: random passwords, certificates, names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from ..model import Manifest, Path, Release, Rendered
from ..objects.tree import as_list, as_map, put
from .compare import random_paths

RANDOM = "(random)"
_NAME: Path = ("metadata", "name")
_HERE: Any = object()


def steady(first: Rendered, second: Rendered) -> Rendered:
    """`first` with RANDOM in place of every value that `second`, the same chart under the same values, has otherwise.

    Names that are random keep what both renders share of them. A map whose keys are random is RANDOM as a whole.
    """
    release = first.value_set.release
    places = random_paths(first.objects, second.objects, release)
    if not places:
        return first
    by_object: dict[tuple[str, str, str, str], list[Path]] = {}
    for identity, path in places:
        by_object.setdefault(identity, []).append(path)
    others = _unmatched(second, first, release)
    alone = {id(m) for group in _unmatched(first, second, release).values() for m in group}
    objects = []
    for manifest in first.objects:
        identity = manifest.ref.identity(release.namespace)
        nameless = (*identity[:3], "")
        paths = by_object.get(identity, [])
        if id(manifest) in alone and (nameless, _NAME) in places:
            other = others[nameless].pop(0) if others.get(nameless) else manifest
            manifest = _renamed(manifest, other)
            paths = [path for path in by_object[nameless] if path != _NAME]
        objects.append(_without(manifest, paths))
    return replace(first, objects=tuple(objects))


def _unmatched(side: Rendered, other: Rendered, release: Release) -> dict[tuple[str, str, str, str], list[Manifest]]:
    there = Counter(m.ref.identity(release.namespace) for m in other.objects)
    found: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for manifest in side.objects:
        identity = manifest.ref.identity(release.namespace)
        if there[identity]:
            there[identity] -= 1
        else:
            found.setdefault((*identity[:3], ""), []).append(manifest)
    return found


def _renamed(manifest: Manifest, other: Manifest) -> Manifest:
    letters = zip(manifest.ref.name, other.ref.name, strict=False)
    name = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], letters)) + RANDOM
    return replace(manifest, ref=replace(manifest.ref, name=name), body=put(manifest.body, _NAME, name))


def _without(manifest: Manifest, paths: list[Path]) -> Manifest:
    body: Mapping[str, Any] = manifest.body
    for path in paths:
        if _has(body, path):
            body = put(body, path, RANDOM) if path else body
    return replace(manifest, body=body)


def _has(value: Any, path: Path) -> bool:
    for step in path:
        if isinstance(step, int):
            items = as_list(value)
            if step >= len(items):
                return False
            value = items[step]
        else:
            value = as_map(value).get(step, _HERE)
            if value is _HERE:
                return False
    return True
