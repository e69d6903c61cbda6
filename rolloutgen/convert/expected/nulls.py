"""Nulls and duplicate keys: what a Deployment takes and the API server refuses in a custom resource."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rolloutgen.convert.expected.target import Patched, Target
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.tree import as_list, as_map, dig, path_text
from rolloutgen.model import Json, Manifest, Path

RULE = "null-field"

_STRING_MAPS = frozenset({"labels", "annotations", "matchLabels", "nodeSelector"})
_QUANTITY_MAPS = frozenset({"limits", "requests", "overhead"})

# The list maps of a pod spec and of a container that admission to a Deployment does not check, with their keys.
_POD_LISTS: Mapping[str, tuple[str, ...]] = {
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
_CONTAINER_LISTS: Mapping[str, tuple[str, ...]] = {"env": ("name",), "ports": ("containerPort", "protocol")}
_DEFAULTS: Mapping[str, Json] = {"protocol": "TCP"}


def without_nulls(body: Mapping[str, Any], target: Target) -> Patched:
    """The workload's `body` as the API server reads it: null fields absent, nulls in maps of strings "".

    Parts without nulls are shared with `body`. Raises ChartRefused
    ("null-in-list") for a null in a list or as a quantity, where absence would change the meaning.
    """
    edits: list[tuple[Path, str]] = []
    return _cleaned(body, (), edits, target.workload), tuple(edits)


def beside(manifest: Manifest, sites: Collection[str]) -> Patched:
    """The body of another kind that the text of a workload renders under some values, such as a StatefulSet.

    The keys that move inside the condition of their body are its keys too, and a null field is an absent one there as
    well. It comes back as it is where it is no such object, or where a null in it has a meaning.
    """
    if manifest.site not in sites or manifest.ref.kind in ("Deployment", "Rollout"):
        return manifest.body, ()
    edits: list[tuple[Path, str]] = []
    try:
        return _cleaned(manifest.body, (), edits, manifest), tuple(edits)
    except ChartRefused:
        return manifest.body, ()


def check_list_keys(body: Mapping[str, Any], manifest: Manifest) -> None:
    """Raises ChartRefused ("duplicate-list-keys") where two entries of a list in the pod template share their key."""
    at: Path = ("spec", "template", "spec")
    spec = as_map(dig(body, *at))
    for field, keys in _POD_LISTS.items():
        _check_list(spec.get(field), keys, field, manifest, (*at, field))
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(as_list(spec.get(kind))):
            for field, keys in _CONTAINER_LISTS.items():
                named = f"{kind}[{dig(container, 'name')}].{field}"
                _check_list(dig(container, field), keys, named, manifest, (*at, kind, index, field))


def _cleaned(value: Json, path: Path, edits: list[tuple[Path, str]], manifest: Manifest) -> Json:
    if isinstance(value, Mapping):
        return _cleaned_map(value, path, edits, manifest)
    if isinstance(value, list):
        items = [_cleaned_item(item, (*path, index), edits, manifest) for index, item in enumerate(value)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _cleaned_item(value: Json, path: Path, edits: list[tuple[Path, str]], manifest: Manifest) -> Json:
    if value is None:
        raise _null(path, manifest)
    return _cleaned(value, path, edits, manifest)


def _cleaned_map(value: Mapping[str, Any], path: Path, edits: list[tuple[Path, str]], manifest: Manifest) -> Json:
    parent = path[-1] if path else ""
    kept: dict[str, Any] = {}
    for key, item in value.items():
        here = (*path, key)
        if item is not None:
            kept[key] = _cleaned(item, here, edits, manifest)
            continue
        if parent in _QUANTITY_MAPS:
            raise _null(here, manifest)
        edits.append((here, RULE))
        if parent in _STRING_MAPS:
            kept[key] = ""
    unchanged = len(kept) == len(value) and all(kept[key] is item for key, item in value.items())
    return value if unchanged else kept


def _null(path: Path, manifest: Manifest) -> Exception:
    where = path_text(path)
    return ChartRefused.of_object(
        "null-in-list", manifest, f"null at {where}", "give it a value, or leave the entry out when it is empty", path
    )


def _check_list(value: Json, keys: tuple[str, ...], where: str, manifest: Manifest, at: Path) -> None:
    seen: set[tuple[Json, ...]] = set()
    for index, entry in enumerate(as_list(value)):
        if not isinstance(entry, Mapping):
            continue
        key = tuple(entry.get(name, _DEFAULTS.get(name)) for name in keys)
        if key in seen:
            named = ", ".join(str(part) for part in key)
            why = f"{where} has two entries for {named}: the API server refuses that in a Rollout"
            raise ChartRefused.of_object("duplicate-list-keys", manifest, why, "render each key once", (*at, index))
        seen.add(key)
