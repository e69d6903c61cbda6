"""Validates objects: schemas are compiled once for each kind and process; nulls are read as the server does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from rolloutgen.errors import UsageError
from rolloutgen.model import Json, Manifest, Path, SchemaError, SchemaVerdict
from rolloutgen.schema.cel_rules import Breach, breaches_of
from rolloutgen.schema.engine import Backend, CompiledSchema, SchemaViolation, compiled
from rolloutgen.schema.registry import FoundSchema, find, minor_of, pod_template, release_of

_REF = "#/$defs/"
_ZEROS: dict[str, Json] = {"string": "", "object": {}, "array": [], "integer": 0, "number": 0, "boolean": False}


def has_null(value: Json) -> bool:
    """Whether a null stands anywhere in `value`."""
    if isinstance(value, Mapping):
        return any(item is None or has_null(item) for item in value.values())
    return isinstance(value, list) and any(item is None or has_null(item) for item in value)


def is_null(value: Json, at: Path) -> bool:
    """Whether a null stands at `at`; not where nothing does."""
    for step in at:
        if isinstance(value, Mapping) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return False
    return value is None


def without_nulls(value: Json) -> Json:
    """A copy without the fields that hold null. Nulls in lists stay: there they hold a place."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def decoded(schema: Mapping[str, Any], value: Json) -> Json:
    """`value` as a server decodes it that knows the types of `schema`: a field that holds null is absent; in a list,
    and as a value of a map, a null is the empty value of the type. Where the type is not known it stays in lists and
    goes from maps."""
    return _decoded(schema, value, schema.get("$defs", {}))


def _decoded(node: Mapping[str, Any], value: Json, defs: Mapping[str, Any]) -> Json:
    node = _resolved(node, defs)
    if isinstance(value, list):
        items = node.get("items", {})
        return [_empty(items, defs) if item is None else _decoded(items, item, defs) for item in value]
    if not isinstance(value, Mapping):
        return value
    named, rest = node.get("properties", {}), node.get("additionalProperties")
    rest = rest if isinstance(rest, Mapping) else {}
    out: dict[str, Json] = {}
    for key, item in value.items():
        if item is not None:
            out[key] = _decoded(named.get(key, rest), item, defs)
        elif key not in named and (empty := _empty(rest, defs)) is not None:
            out[key] = empty
    return out


def _resolved(node: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    while str(node.get("$ref", "")).startswith(_REF) and node["$ref"].removeprefix(_REF) in defs:
        node = defs[node["$ref"].removeprefix(_REF)]  # what stands beside a reference says nothing of types
    return node


def _empty(node: Mapping[str, Any], defs: Mapping[str, Any]) -> Json:
    types = _resolved(node, defs).get("type")
    if types == ["number", "string"]:
        return "0"  # a quantity
    first = types[0] if isinstance(types, list) and types else types
    zero = _ZEROS.get(str(first))
    return type(zero)() if isinstance(zero, (dict, list)) else zero


NULL_RULE = "null-in-custom-resource"


class _Search(NamedTuple):
    """Where the schemas of one check come from, and what compiles them."""

    minor: int
    release: str
    locations: tuple[str, ...]
    backend: Backend


class _Judge(NamedTuple):
    """All that is compiled for one kind."""

    found: FoundSchema
    engine: CompiledSchema
    breaches: Callable[[Json], list[Breach]]


def check(
    manifests: Sequence[Manifest],
    *,
    kube_version: str = "",
    locations: Sequence[str] = (),
    backend: Backend = "auto",
) -> tuple[SchemaVerdict, ...]:
    """One verdict a manifest, in their order.

    `kube_version` ("1.31", "v1.31.4"; "" is the newest known) chooses the schemas of Kubernetes' own kinds. `locations`
    are folders or templates in kubeconform's form that are asked before the packaged schemas. Unknown fields are
    errors. A null counts as absent in Kubernetes' own kinds; in a custom resource it is an error of the rule
    `null-in-custom-resource`, which stands alone when nothing else is wrong. A `List` is skipped; a kind
    without a schema is said to have none.
    Raises UsageError for a Kubernetes version or a location that cannot be used.
    """
    search = _Search(minor_of(kube_version), release_of(kube_version), tuple(locations), backend)
    return tuple(_verdict(manifest, search) for manifest in manifests)


def check_pod_template(
    template: Mapping[str, Json], *, kube_version: str = "", backend: Backend = "auto"
) -> tuple[SchemaError, ...]:
    """What is wrong with a pod template by the rules of Kubernetes' own workloads, which a custom resource's schema
    repeats in part only. Paths start within the template. Raises UsageError for an unknown Kubernetes version."""
    return _errors(_pod_template_judge(minor_of(kube_version), backend), template)


def compile_ahead(kinds: Iterable[tuple[str, str]], *, kube_version: str = "", locations: Sequence[str] = ()) -> None:
    """Compiles what `check` is going to ask of objects of these (apiVersion, kind), for whoever has to wait anyway.

    Raises UsageError as `check` does.
    """
    search = _Search(minor_of(kube_version), release_of(kube_version), tuple(locations), "auto")
    for api_version, kind in kinds:
        _judge(api_version, kind, search)


def _verdict(manifest: Manifest, search: _Search) -> SchemaVerdict:
    ref, body = manifest.ref, manifest.body
    if ref.kind == "List" and ref.api_version == "v1":
        return SchemaVerdict(ref, "skipped")
    missing = [name for name, value in (("apiVersion", ref.api_version), ("kind", ref.kind)) if not value]
    if missing:
        errors = tuple(SchemaError((name,), f'"{name}" is required', "no-kind") for name in missing)
        return SchemaVerdict(ref, "invalid", errors)
    judge = _judge(ref.api_version, ref.kind, search)
    if judge is None:
        return SchemaVerdict(ref, "no-schema")
    if isinstance(judge, FoundSchema):
        error = SchemaError(("apiVersion",), f"{ref.api_version} {ref.kind}: {judge.refused}", "api-version-not-served")
        return SchemaVerdict(ref, "invalid", (error,), judge.source)
    errors = _errors(judge, body)
    return SchemaVerdict(ref, "invalid" if errors else "valid", errors, judge.found.source)


@cache
def _judge(api_version: str, kind: str, search: _Search) -> _Judge | FoundSchema | None:
    found = find(api_version, kind, minor=search.minor, release=search.release, locations=search.locations)
    if found is None or found.refused:
        return found
    return _compiled(found, search.backend)


@cache
def _pod_template_judge(minor: int, backend: Backend) -> _Judge:
    return _compiled(pod_template(minor), backend)


def _compiled(found: FoundSchema, backend: Backend) -> _Judge:
    try:
        engine = compiled(found.schema, backend, os.path.dirname(found.source))
        return _Judge(found, engine, breaches_of(found.schema))
    except ValueError as wrong:
        reason = str(wrong).partition("\n")[0].rpartition("ValueError: ")[2]
        raise UsageError(f"not a JSON Schema: {reason}", path=found.source) from None


def _errors(judge: _Judge, body: Mapping[str, Json]) -> tuple[SchemaError, ...]:
    if _is_valid(judge.engine, body):
        return _in_words((), judge.breaches(body))
    raw = body = _jsonable(body)
    faults = judge.engine.faults(body)
    nulls: list[SchemaViolation] = []
    if faults and has_null(body):
        bare = decoded(judge.found.schema, body) if judge.found.core else without_nulls(body)
        hard = judge.engine.faults(bare)
        if not judge.found.core:
            nulls = [fault for fault in faults if _is_refused_null(fault)]
        faults, body = _with_null_fields(hard, faults), bare
    sound = [breach for breach in judge.breaches(body) if breach.keys or not _below(breach.at, faults)]
    errors = _in_words(faults, sound, nulls)
    return tuple(_with_null(raw, body, error) for error in errors) if body is not raw else errors


def _with_null(raw: Json, read: Json, error: SchemaError) -> SchemaError:
    """`error` about what a null of `raw` was `read` as: nobody finds that in the text without being told."""
    if error.code in (NULL_RULE, "unknown-field") or is_null(read, error.at) or not is_null(raw, error.at):
        return error
    return error._replace(message=f"null stands here: {error.message}")


def _is_refused_null(fault: SchemaViolation) -> bool:
    """Whether server-side apply refuses this null: not in `metadata` and `status`, which Go types decode, and not
    where a default takes its place."""
    if fault.value is not None or not fault.at or not isinstance(fault.at[-1], str):
        return False
    return fault.at[0] not in ("metadata", "status") and "default" not in fault.node


def _below(at: Path, faults: Iterable[SchemaViolation]) -> bool:
    return any(fault.at[: len(at)] == at for fault in faults)


def _is_valid(engine: CompiledSchema, body: Mapping[str, Json]) -> bool:
    try:
        return engine.is_valid(body)
    except ValueError:  # keys or values that JSON does not have
        return False


def _with_null_fields(hard: list[SchemaViolation], faults: list[SchemaViolation]) -> list[SchemaViolation]:
    """`hard` and the unknown fields of `faults`: one that holds null is unknown all the same."""
    unknown = [fault for fault in faults if fault.keyword == "additionalProperties"]
    return [*unknown, *(fault for fault in hard if fault.keyword != "additionalProperties")]


def _in_words(
    faults: Iterable[SchemaViolation], breaches: Iterable[Breach], nulls: Iterable[SchemaViolation] = ()
) -> tuple[SchemaError, ...]:
    faults, breaches, nulls = list(faults), list(breaches), list(nulls)
    if not (faults or breaches or nulls):
        return ()
    from rolloutgen.schema.messages import error_of_breach, errors_of

    errors = [error for fault in faults for error in errors_of(fault)]
    errors += [error_of_breach(breach) for breach in breaches]
    places = {error.at for error in errors}
    errors += [
        SchemaError(
            fault.at, f'"{fault.at[-1]}" is null, which server-side apply refuses in a custom resource', NULL_RULE
        )
        for fault in nulls
        if fault.at not in places
    ]
    return tuple(dict.fromkeys(errors))


def _jsonable(value: Json) -> Json:
    """`value` with keys that are strings and scalars that JSON has: what YAML's dates and odd keys become."""
    if isinstance(value, Mapping):
        return {_key(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)
