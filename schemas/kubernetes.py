"""The schemas of Kubernetes' own kinds for all minor releases in one file of definitions.

Releases differ in few fields. So the definitions are united, newest last, and what a release lacks is marked:
`x-since` and `x-until` (minor versions) on a property or definition, `x-required` for a field that only some releases
require. `rolloutgen.schema` leaves out what the wanted release does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rolloutgen.kube.quantities import QUANTITY
from rolloutgen.schema.formats import BYTE, DATE_TIME, INTEGERS
from schemas.crd import DIALECT, Schema
from schemas.overlay import OVERLAY, top_level

_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
OBJECT_META = "apis.meta.v1.ObjectMeta"
_REF = "#/$defs/"
_HEADS = (
    "io.k8s.api.",
    "io.k8s.apimachinery.pkg.",
    "io.k8s.kube-aggregator.pkg.apis.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
)


def united(releases: Mapping[int, Mapping[str, Any]]) -> Schema:
    """One document: `$defs` (short names) and `x-kinds`, apiVersion/kind -> definition, since, until, and `top`, what
    holds for an object of its own but not where the definition is part of another (a claim in a StatefulSet).

    `releases` maps a minor version to its definitions. Raises KeyError when the overlay names a definition or field
    that no release has.
    """
    oldest, newest = min(releases), max(releases)
    names = sorted({name for definitions in releases.values() for name in definitions})
    defs = {_short(name): _definition(name, releases, oldest, newest) for name in names}
    kinds = {}
    for name in names:
        gvk = _kind_of(name, releases)
        if gvk:
            kinds[gvk] = _span(_short(name), [minor for minor in releases if name in releases[minor]], oldest, newest)
            kinds[gvk]["top"] = top_level(gvk)
            _close_kind(defs[_short(name)], gvk)
    _overlay(defs)
    used = reachable(defs, (kind["def"] for kind in kinds.values()))
    head = {"$schema": DIALECT, "x-releases": [oldest, newest]}
    return head | {"x-kinds": dict(sorted(kinds.items())), "$defs": {name: defs[name] for name in used}}


def _short(name: str) -> str:
    """`io.k8s.api.core.v1.Pod` -> `core.v1.Pod`; the names are unique without the common heads."""
    for head in _HEADS:
        if name.startswith(head):
            return name.removeprefix(head)
    return name


def _kind_of(name: str, releases: Mapping[int, Mapping[str, Any]]) -> str:
    """`apps/v1/Deployment` for the definition of an object that a chart can hold, else ""."""
    newest = next(releases[minor][name] for minor in sorted(releases, reverse=True) if name in releases[minor])
    gvks = newest.get("x-kubernetes-group-version-kind", ())
    metadata = newest.get("properties", {}).get("metadata", {})
    if len(gvks) != 1 or not str(metadata.get("$ref", "")).endswith("ObjectMeta"):
        return ""
    (gvk,) = gvks
    return "/".join(part for part in (gvk["group"], gvk["version"], gvk["kind"]) if part)


def _span(name: str, present: list[int], oldest: int, newest: int) -> Schema:
    out: Schema = {"def": name}
    if min(present) > oldest:
        out["since"] = min(present)
    if max(present) < newest:
        out["until"] = max(present)
    return out


def _definition(name: str, releases: Mapping[int, Mapping[str, Any]], oldest: int, newest: int) -> Schema:
    if name == _QUANTITY:
        return {"type": ["number", "string"], "pattern": QUANTITY}
    if name == _INT_OR_STRING:
        low, high = INTEGERS["int32"]
        return {"type": ["integer", "string"], "minimum": low, "maximum": high}
    if name in (f"{_META}Time", f"{_META}MicroTime"):
        return {"type": "string", "pattern": DATE_TIME}
    here = {minor: definitions[name] for minor, definitions in releases.items() if name in definitions}
    out = _converted({key: value for key, value in here[max(here)].items() if key not in ("properties", "required")})
    properties = sorted({key for definition in here.values() for key in definition.get("properties", {})})
    if properties:
        out["properties"] = {key: _property(key, here) for key in properties}
        out.setdefault("additionalProperties", False)
    out |= _required(here)
    return out


def _property(key: str, here: Mapping[int, Any]) -> Schema:
    present = {minor: one["properties"][key] for minor, one in here.items() if key in one.get("properties", {})}
    out = _converted(present[max(present)])
    if min(present) > min(here):
        out["x-since"] = min(present)
    if max(present) < max(here):
        out["x-until"] = max(present)
    return out


def _required(here: Mapping[int, Any]) -> Schema:
    always, sometimes = [], {}
    for key in sorted({key for definition in here.values() for key in definition.get("required", ())}):
        minors = [minor for minor, definition in here.items() if key in definition.get("required", ())]
        if len(minors) == len(here):
            always.append(key)
        else:
            sometimes[key] = [min(minors), max(minors)]
    return ({"required": always} if always else {}) | ({"x-required": sometimes} if sometimes else {})


def _converted(node: Mapping[str, Any]) -> Schema:
    """One node without prose, nulls and list types: a null is an absent field, which the caller drops beforehand."""
    out: Schema = {}
    for key in ("enum", "minimum", "maximum", "pattern"):
        if key in node:
            out[key] = node[key]
    if "$ref" in node:
        return {"$ref": _REF + _short(node["$ref"].rpartition("/")[2])}
    if "type" in node:
        types = [node["type"]] if isinstance(node["type"], str) else [name for name in node["type"] if name != "null"]
        out["type"] = types[0] if len(types) == 1 else types
    if "oneOf" in node:  # only the two scalar unions, which have their own definitions, and JSON schemas in CRDs
        return {}
    form = node.get("format")
    if form in INTEGERS:
        out["minimum"], out["maximum"] = INTEGERS[form]
    if form == "byte":
        out["pattern"] = BYTE
    if form == "date-time":
        out["pattern"] = DATE_TIME
    if isinstance(node.get("items"), Mapping):
        out["items"] = _converted(node["items"])
        if out["items"].get("type") == "string":
            out["items"]["type"] = ["string", "null"]  # Go reads a null element as ""
    if isinstance(node.get("additionalProperties"), Mapping):
        out["additionalProperties"] = _converted(node["additionalProperties"])
    return out


def _close_kind(definition: Schema, gvk: str) -> None:
    """An object: its apiVersion and kind, and no look at `status`, which the server drops."""
    api_version, _, kind = gvk.rpartition("/")
    definition["properties"] |= {"apiVersion": {"const": api_version}, "kind": {"const": kind}}
    if "status" in definition["properties"]:
        definition["properties"]["status"] = {"type": "object"}
    for names in (definition.get("required", []), definition.get("x-required", {})):
        for name in ("apiVersion", "kind", "metadata", "status"):
            if name in names:
                names.remove(name) if isinstance(names, list) else names.pop(name)


def _overlay(defs: dict[str, Schema]) -> None:
    """Merge the hand-written rules. A path is `definition`, `definition.field` or `definition.field[]` (its items)."""
    for place, extra in OVERLAY.items():
        name, _, field = place.partition(":")
        target = defs[name]
        if field:
            target = target["properties"][field.removesuffix("[]").removesuffix("{}")]
        if field.endswith("[]"):
            target = target["items"]
            if target.get("type") == ["string", "null"]:
                target["type"] = "string"  # a null reads as "", which no rule of these takes
        if field.endswith("{}"):
            target = target["additionalProperties"]
        target.update(extra)


def reachable(defs: Mapping[str, Any], roots: Iterable[str]) -> list[str]:
    """The names of the definitions that `roots` use, sorted."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _refs(defs[name])
    return sorted(seen)


def _refs(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _refs(item)]
    if not isinstance(node, Mapping):
        return []
    own = [node["$ref"].removeprefix(_REF)] if isinstance(node.get("$ref"), str) else []
    return own + [name for value in node.values() for name in _refs(value)]
