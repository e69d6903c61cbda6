"""A CustomResourceDefinition's structural schema -> a closed JSON Schema (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from rolloutgen.schema.formats import BYTE, DATE_TIME, DNS_SUBDOMAIN, INTEGERS, IPV4, IPV6

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEPT = (
    *("type", "enum", "pattern", "default", "x-kubernetes-list-map-keys"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_PATTERNS = {"byte": BYTE, "date-time": DATE_TIME, "ipv4": IPV4, "ipv6": IPV6}


def schemas_of(crd: Mapping[str, Any], object_meta: Schema) -> Iterator[tuple[str, Schema]]:
    """(file name, schema) for each version of `crd`. `object_meta` is the closed schema of `metadata`."""
    group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
    for version in crd["spec"]["versions"]:
        schema = converted(version["schema"]["openAPIV3Schema"])
        _scaled(schema, version)
        if group == "argoproj.io":
            _in_int32(schema)
        schema["properties"] |= {
            "apiVersion": {"const": f"{group}/{version['name']}"},
            "kind": {"const": kind},
            "metadata": object_meta,
        }
        schema["required"] = ["apiVersion", "kind", "metadata", *_others(schema.get("required", ()))]
        head = {"$schema": DIALECT, "title": f"{kind} {group}/{version['name']}"}
        yield f"{kind.lower()}_{group}_{version['name']}.json", head | schema


def _in_int32(node: Any) -> None:
    """The controller and its lint read a number or percentage into an int32; the server does not look."""
    if isinstance(node, dict) and node.get("type") == ["integer", "string"] and "pattern" not in node:
        node["minimum"], node["maximum"] = INTEGERS["int32"]
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _in_int32(part)


def _scaled(schema: Schema, version: Mapping[str, Any]) -> None:
    """The number of replicas of a resource that can be scaled is never negative."""
    path = version.get("subresources", {}).get("scale", {}).get("specReplicasPath", "")
    node: Schema | None = schema
    for name in path.removeprefix(".").split("."):
        node = node.get("properties", {}).get(name) if node else None
    if path and node:
        node["minimum"] = 0


def _others(required: Any) -> list[str]:
    return [name for name in required if name not in ("apiVersion", "kind", "metadata")]


def converted(node: Mapping[str, Any]) -> Schema:
    """The JSON Schema of one structural node: closed, with int-or-string, nullable and formats spelled out."""
    out = {key: node[key] for key in _KEPT if key in node}
    out |= _logic(node, defaults=_defaults(node))
    rules = [{"rule": item["rule"]} for item in node.get("x-kubernetes-validations", ())]
    rules = [item for item in rules if "oldSelf" not in item["rule"]]
    if rules:
        out["x-kubernetes-validations"] = rules
    if node.get("x-kubernetes-list-type") == "set":
        out["uniqueItems"] = True
    if node.get("x-kubernetes-int-or-string"):
        out["type"] = ["integer", "string"]
    if "properties" in node:
        out["properties"] = {_name(key): converted(value) for key, value in node["properties"].items()}
    if "items" in node:
        out["items"] = converted(node["items"])
    if node.get("type") == "object":
        out |= _rest(node)
    out |= _format(node)
    # A field with a default is filled in before the server looks for missing ones.
    required = [name for name in node.get("required", ()) if "default" not in node.get("properties", {}).get(name, {})]
    if required:
        out["required"] = required
    return _nullable(out) if node.get("nullable") else out


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a field's name that YAML reads as {key!r}")
    return key


def _rest(node: Mapping[str, Any]) -> Schema:
    """What an object may hold beside its properties: nothing, unless the CRD says otherwise."""
    if node.get("x-kubernetes-preserve-unknown-fields"):
        return {}
    more = node.get("additionalProperties", False)
    if isinstance(more, dict):
        return {"additionalProperties": converted(more)}
    return {"additionalProperties": False} if more is False else {}


def _defaults(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: part["default"] for name, part in node.get("properties", {}).items() if "default" in part}


def _logic(node: Mapping[str, Any], *, defaults: Mapping[str, Any] = MappingProxyType({})) -> Schema:
    """anyOf, oneOf, allOf and not: they only add conditions, so nothing in them is closed. `defaults` are those of the
    fields that they speak of."""
    if node.get("x-kubernetes-int-or-string"):
        return {}  # an anyOf there only repeats the two types
    out: Schema = {
        key: [_condition(part, defaults) for part in node[key]] for key in ("anyOf", "oneOf", "allOf") if key in node
    }
    if "not" in node:
        out["not"] = _condition(node["not"], defaults)
    return out


def _condition(node: Mapping[str, Any], defaults: Mapping[str, Any] = MappingProxyType({})) -> Schema:
    """One condition. The server fills in defaults first, so an absent field meets what its default meets."""
    out = {key: node[key] for key in _KEPT if key in node} | _logic(node, defaults=defaults) | _format(node)
    if "properties" in node:
        out["properties"] = {key: _condition(value) for key, value in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            out[key] = _condition(node[key])
    required = [name for name in node.get("required", ()) if name not in defaults]
    tested = [name for name in out.get("properties", {}) if name in defaults]
    required += [name for name in tested if not _meets(defaults[name], out["properties"][name])]
    return out | ({"required": required} if required else {})


def _meets(value: Any, condition: Schema) -> bool:
    return bool(Draft202012Validator(condition).is_valid(value))


def _format(node: Mapping[str, Any]) -> Schema:
    """Formats as patterns and bounds, which every validator checks."""
    form = node.get("format")
    if form in INTEGERS:
        low, high = INTEGERS[form]
        return {"minimum": max(low, node.get("minimum", low)), "maximum": min(high, node.get("maximum", high))}
    if form in _PATTERNS and "pattern" not in node:
        return {"pattern": _PATTERNS[form]}
    return {}


def _nullable(schema: Schema) -> Schema:
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*types, "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def metadata(object_meta: Schema) -> Schema:
    """`metadata` of a custom resource: a name that is a DNS subdomain, or a prefix for one."""
    out = dict(object_meta)
    out["properties"] = out["properties"] | {"name": {"type": "string", "maxLength": 253, "pattern": DNS_SUBDOMAIN}}
    out["anyOf"] = [{"required": ["name"]}, {"required": ["generateName"]}]
    return out
