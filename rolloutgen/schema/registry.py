"""Which schema judges a kind: folders that the user named, our custom resources, Kubernetes' own kinds of a release.

From which releases the packaged schemas were made.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rolloutgen.errors import UsageError
from rolloutgen.package_data import data_file

_REF = "#/$defs/"
# kubeconform's own layout, the CRDs catalog's, and ours.
_LAYOUTS = (
    "{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json",
    "{{.ResourceKind}}{{.KindSuffix}}.json",
    "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json",
    "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json",
)
# What an API server takes as names of kinds, groups and versions; nothing else may become part of a file name.
_KIND = re.compile(r"[A-Za-z0-9][-A-Za-z0-9]{0,62}")
_API_VERSION = re.compile(r"([a-z0-9][-.a-z0-9]{0,252}/)?[a-z0-9][-a-z0-9]{0,62}")
# Groups that Kubernetes served before the oldest release that we know.
_GONE = {"extensions": "1.22", "settings.k8s.io": "1.20", "auditregistration.k8s.io": "1.19"}


class FoundSchema(NamedTuple):
    """A schema that stands alone; `core` for Kubernetes' own kinds, whose server drops nulls; `source` for people.
    `refused` says why no release that is asked for serves the kind, "" when one does."""

    schema: Mapping[str, Any]
    source: str
    core: bool
    refused: str = ""


def releases() -> tuple[int, int]:
    """The oldest and the newest minor version of Kubernetes whose kinds we know: (25, 37) means 1.25 to 1.37."""
    oldest, newest = _kubernetes()["x-releases"]
    return int(oldest), int(newest)


def minor_of(kube_version: str) -> int:
    """The minor release that judges `kube_version` ("1.31", "v1.31.4-gke.1"): the newest for "" and for a newer one.

    Raises UsageError when it is no version of Kubernetes, or one too old.
    """
    oldest, newest = releases()
    if not kube_version:
        return newest
    match = re.match(r"v?1\.(\d+)(\D|$)", kube_version)
    if match is None or int(match[1]) < oldest:
        raise UsageError(
            f"no schemas for Kubernetes {kube_version}", hint=f"versions from 1.{oldest} to 1.{newest} are known"
        )
    return min(int(match[1]), newest)


def release_of(kube_version: str) -> str:
    """The full version that `kube_version` names ("1.31.4" is "v1.31.4"), "" when it names none."""
    match = re.match(r"v?(\d+\.\d+\.\d+)", kube_version)
    return f"v{match[1]}" if match else ""


def find(
    api_version: str, kind: str, *, minor: int, release: str = "", locations: Sequence[str] = ()
) -> FoundSchema | None:
    """The schema of `kind` in Kubernetes 1.`minor`, None when there is none.

    `locations` are asked first, in their order; "default" among them stands for what is packaged. `release` ("v1.31.4")
    is the version that their templates see, `minor` with a 0 behind it when empty.
    What cannot be the name of a kind or a group has no schema.
    Raises UsageError for a location that cannot be used.
    """
    if not _KIND.fullmatch(kind) or not _API_VERSION.fullmatch(api_version):
        return None
    for location in locations:
        if location == "default":
            found = _packaged(api_version, kind, minor)
        else:
            found = _located(location, api_version, kind, release or f"v1.{minor}.0")
        if found is not None:
            return found
    return _packaged(api_version, kind, minor)


def exported(
    kube_version: str = "", kinds: Collection[tuple[str, str]] | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(file name, schema) of every kind that is packaged, for a validator that reads
    `{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json`; for kubeconform the core group is called "v1".

    `kinds` are (apiVersion, kind) of those that are wanted, None for all.
    """
    minor = minor_of(kube_version)
    if kinds is not None:
        wanted = {pair: _packaged(*pair, minor) for pair in sorted(kinds)}
        yield from ((_file_name(*pair), found.schema) for pair, found in wanted.items() if found and not found.refused)
        return
    folder = data_file("schemas")
    for name in sorted(name for name in os.listdir(folder) if "_" in name and name.endswith(".json")):
        yield name, _read(os.path.join(folder, name))
    for gvk in _kubernetes()["x-kinds"]:
        api_version, _, kind = gvk.rpartition("/")
        found = _packaged(api_version, kind, minor)
        if found is not None and not found.refused:
            yield _file_name(api_version, kind), found.schema


def pod_template(minor: int) -> FoundSchema:
    """The schema of a core pod template in Kubernetes 1.`minor`."""
    return FoundSchema(_document("core.v1.PodTemplateSpec", minor), f"kubernetes 1.{minor}", core=True)


def _file_name(api_version: str, kind: str) -> str:
    group, _, version = api_version.rpartition("/")
    return f"{kind.lower()}_{group or version}_{version}.json"


def _packaged(api_version: str, kind: str, minor: int) -> FoundSchema | None:
    group = api_version.rpartition("/")[0]
    source = f"kubernetes 1.{minor}"
    entry = _kubernetes()["x-kinds"].get(f"{api_version}/{kind}")
    if entry is not None:
        since, until = entry.get("since", 0), entry.get("until", 999)
        if since <= minor <= until:
            return FoundSchema(_document(entry["def"], minor) | entry["top"], source, core=True)
        when = f"since 1.{since}" if minor < since else f"until 1.{until}"
        return FoundSchema({}, source, core=True, refused=f"Kubernetes 1.{minor} does not serve it ({when} only)")
    name = _file_name(api_version, kind)
    path = os.path.join(data_file("schemas"), name)
    if group and os.path.isfile(path):
        return FoundSchema(_read(path), f"schemas/{name}", core=False)
    if group in _GONE:
        return FoundSchema({}, source, core=True, refused=f"Kubernetes serves nothing of {group} since {_GONE[group]}")
    if group in _core_groups():
        served = _versions_of(group, kind, minor)
        hint = f"; there it is {' or '.join(served)}" if served else ""
        return FoundSchema({}, source, core=True, refused=f"Kubernetes 1.{minor} does not serve it{hint}")
    return None


def _versions_of(group: str, kind: str, minor: int) -> list[str]:
    out = []
    for gvk, entry in _kubernetes()["x-kinds"].items():
        api_version, _, name = gvk.rpartition("/")
        here = entry.get("since", 0) <= minor <= entry.get("until", 999)
        if name == kind and api_version.rpartition("/")[0] == group and here:
            out.append(api_version)
    return sorted(out)


_ENTRY = re.compile(r'^ "([^"]+)":(.*[^,\n])', re.MULTILINE)


@lru_cache(maxsize=1)
def _kubernetes() -> dict[str, Any]:
    """kubernetes.json. Its kinds and definitions, which stand one a line, are parsed when they are asked for: a check
    needs a few of a thousand."""
    with open(os.path.join(data_file("schemas"), "kubernetes.json"), encoding="utf-8") as stream:
        text = stream.read()
    head, kinds, definitions = re.split(r',\n"(?:x-kinds|\$defs)":{\n', text)
    entries = (_Entries(dict(_ENTRY.findall(part))) for part in (kinds, definitions))
    return {**json.loads(head + "}"), **dict(zip(("x-kinds", "$defs"), entries, strict=True))}


class _Entries(Mapping[str, Any]):
    """The entries of a JSON object, each parsed when it is first asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._parsed: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._parsed:
            self._parsed[name] = json.loads(self._texts[name])
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@lru_cache(maxsize=1)
def _core_groups() -> frozenset[str]:
    return frozenset(gvk.rpartition("/")[0].rpartition("/")[0] for gvk in _kubernetes()["x-kinds"])


def _document(name: str, minor: int) -> dict[str, Any]:
    """A schema of definition `name` and all that it uses, as release 1.`minor` has them."""
    defs: dict[str, Any] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in defs:
            defs[current] = _of_release(_kubernetes()["$defs"][current], minor)
            waiting += _refs(defs[current])
    return {"$schema": _kubernetes()["$schema"], "$ref": _REF + name, "$defs": defs}


def _of_release(definition: Mapping[str, Any], minor: int) -> dict[str, Any]:
    out = {key: value for key, value in definition.items() if key != "x-required"}
    if "properties" in out:
        out["properties"] = {
            key: value
            for key, value in out["properties"].items()
            if value.get("x-since", 0) <= minor <= value.get("x-until", 999)
        }
    sometimes = [key for key, (low, high) in definition.get("x-required", {}).items() if low <= minor <= high]
    if sometimes:
        out["required"] = [*out.get("required", ()), *sometimes]
    return out


def _refs(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _refs(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].removeprefix(_REF)] if isinstance(node.get("$ref"), str) else []
    return own + [name for value in node.values() for name in _refs(value)]


def _located(location: str, api_version: str, kind: str, release: str) -> FoundSchema | None:
    if location.startswith(("http://", "https://")):
        raise UsageError(
            f"schemas are read from this machine only, not from {location}",
            hint="clone or download it, and name the folder",
        )
    start, action, _ = location.partition("{{")
    folder = start.rpartition("/")[0] if action else location
    if not os.path.isdir(folder or ("/" if start.startswith("/") else ".")):
        raise UsageError("no such folder of schemas", path=location)
    templates = [location] if "{{" in location else [f"{location.rstrip('/')}/{layout}" for layout in _LAYOUTS]
    group, _, version = api_version.rpartition("/")
    fields = {
        "ResourceKind": kind.lower(),
        "ResourceAPIVersion": version,
        "Group": group or version,
        "NormalizedKubernetesVersion": release,
        "StrictSuffix": "-strict",
        "KindSuffix": f"-{group.partition('.')[0]}-{version}".lower() if group else f"-{version}".lower(),
    }
    core = group in _core_groups()
    for template in templates:
        path = os.path.normpath(_filled(template, fields, location))
        if os.path.isfile(path):
            return FoundSchema(_read(path), path, core=core)
    return None


def _filled(template: str, fields: Mapping[str, str], location: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in fields:
            raise UsageError(f"{location}: no field {match[1]}", hint=f"there are {', '.join(sorted(fields))}")
        return fields[match[1]]

    out = re.sub(r"{{-?\s*\.(\w+)\s*-?}}", value, template)
    if "{{" in out:
        raise UsageError(f"{location}: only fields such as {{{{.ResourceKind}}}} are understood in a template")
    return out


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as stream:
            schema = json.load(stream)
        if not isinstance(schema, dict):
            raise ValueError("it is not an object")
        return schema
    except (OSError, ValueError, RecursionError) as wrong:
        raise UsageError(f"not a JSON Schema: {wrong}", path=path) from wrong


def provenance() -> tuple[tuple[str, str], ...]:
    """(name, version) of everything that the schemas describe: ("Kubernetes", "1.25 to 1.37"), ("istio", "v1.31.1")."""
    said = _read(os.path.join(data_file("schemas"), "provenance.json"))
    oldest, newest = said["kubernetes"]["releases"]
    return ("Kubernetes", f"{oldest} to {newest}"), *((one["name"], one["version"]) for one in said["custom"])
