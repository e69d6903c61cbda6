"""The two validators behind one shape: a schema -> functions that find the faults of an object."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote

from rolloutgen.model import Json, Path

Backend = Literal["auto", "jsonschema-rs", "jsonschema"]
_DIGITS = re.compile(r"\+?[0-9]{1,4000}")  # what Rust reads as a number; Python reads no longer ones


class SchemaViolation(NamedTuple):
    """`keyword` of the schema node `node` does not hold for `value`, which stands at `at`. `message` is the validator's
    own sentence, for schemas of others whose node cannot be found."""

    at: Path
    keyword: str
    node: Mapping[str, Any]
    value: Json
    message: str


class CompiledSchema(NamedTuple):
    """A compiled schema."""

    is_valid: Callable[[Json], bool]
    faults: Callable[[Json], list[SchemaViolation]]


def compiled(schema: Mapping[str, Any], backend: Backend, folder: str = ".") -> CompiledSchema:
    """`schema` made ready by `backend`; "auto" takes jsonschema-rs where it is installed. `folder` is where a file that
    it refers to is looked for; nothing is read from the network.

    Raises ImportError when jsonschema-rs is asked for and missing, ValueError for a schema that is none, or that refers
    to what cannot be read.
    """
    if backend == "jsonschema" or (backend == "auto" and not _has_rust()):
        return _python(schema, folder)
    return _rust(schema, folder)


def _retrieve(uri: str, folder: str) -> Any:
    """The schema in another file. Raises ValueError."""
    path = unquote(uri.partition("#")[0].removeprefix("file://"), errors="surrogateescape")
    if "://" in path:
        raise ValueError(f"it refers to {uri}, and nothing is read from the network")
    try:
        with open(os.path.join(folder, path), "rb") as stream:
            return json.load(stream)
    except (OSError, RecursionError) as fault:
        raise ValueError(f"it refers to {uri}: {fault}") from None


@lru_cache(maxsize=1)
def _has_rust() -> bool:
    try:
        import jsonschema_rs  # noqa: F401
    except ImportError:
        return False
    return True


def _rust(schema: Mapping[str, Any], folder: str) -> CompiledSchema:
    import jsonschema_rs

    base = f"file://{quote(os.path.abspath(folder), errors='surrogateescape')}/"
    validator = jsonschema_rs.validator_for(dict(schema), retriever=lambda uri: _retrieve(uri, folder), base_uri=base)

    def faults(value: Json) -> list[SchemaViolation]:
        return _distinct(
            _fault(*_place(list(error.instance_path), value, error), list(error.schema_path), schema, error.message)
            for error in validator.iter_errors(value)
        )

    return CompiledSchema(validator.is_valid, faults)


def _place(said: list[Any], value: Json, error: Any) -> tuple[Path, Json]:
    """Where a fault is and what stands there; the validator's own copy of the value has its keys in another order."""
    places = list(_places(said, value))
    exact = (place for place in places if len(places) > 1 and place[1] == error.instance)
    return next(exact, places[0])


def _places(said: list[Any], value: Json) -> Iterator[tuple[Path, Json]]:
    """Every place that a path of the validator can mean: keys of digits are numbers in it, "01" and "1" alike."""
    if not said:
        yield (), value
        return
    step = said[0]
    keys = [step]
    if isinstance(step, int) and isinstance(value, Mapping):
        keys = [key for key in value if _DIGITS.fullmatch(key) and int(key) == step]
    for key in keys:
        with suppress(KeyError, IndexError, TypeError):
            yield from (((key, *at), found) for at, found in _places(said[1:], value[key]))


def _fault(at: Path, value: Json, schema_path: list[Any], schema: Mapping[str, Any], said: str) -> SchemaViolation:
    if "propertyNames" in schema_path:
        schema_path = schema_path[: schema_path.index("propertyNames") + 1]
    node: Any = schema
    for step in schema_path[:-1]:
        try:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]] if step == "$ref" else node[step]
        except (KeyError, IndexError, TypeError):
            node = {}
            break
    return SchemaViolation(at, str(schema_path[-1]), node if isinstance(node, Mapping) else {}, value, said)


def _python(schema: Mapping[str, Any], folder: str) -> CompiledSchema:
    import jsonschema
    from jsonschema.validators import extend, validator_for
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    def pattern(_: Any, wanted: str, instance: Json, node: Any) -> Any:
        if not isinstance(instance, str) or len(instance) > node.get("maxLength", len(instance)):
            return  # too long is said already, and some patterns take ages on long texts
        # Python's `$` also matches before a newline at the end; the API server's does not.
        if not re.search(_end_anchored(wanted), instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    known = validator_for(dict(schema), default=jsonschema.Draft202012Validator)
    if "$defs" not in schema:  # those of Kubernetes, which are ours
        no_formats: Any = {"format_checker": jsonschema.FormatChecker(())}  # patterns may be Go's
        try:
            known.check_schema(dict(schema), **no_formats)
        except jsonschema.SchemaError as fault:
            raise ValueError(fault.message) from None
    for uri in _references(schema):
        _retrieve(uri, folder)
    registry: Any = Registry(retrieve=lambda uri: DRAFT202012.create_resource(_retrieve(uri, folder)))  # type: ignore[call-arg]
    validator = extend(known, {"pattern": pattern})(dict(schema), registry=registry)  # type: ignore[no-untyped-call]

    def faults(value: Json) -> list[SchemaViolation]:
        return _distinct(_python_fault(error) for error in validator.iter_errors(value))

    return CompiledSchema(validator.is_valid, faults)


def _references(node: Any) -> Iterator[str]:
    """The `$ref`s that lead out of a schema."""
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str) and not node["$ref"].startswith("#"):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _references(part)


@cache
def _end_anchored(pattern: str) -> str:
    pattern = re.sub(r"^\^\(\?i\)", "(?i)^", pattern)  # Go takes flags anywhere
    return re.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", pattern)


def _python_fault(error: Any) -> SchemaViolation:
    at = tuple(error.absolute_path)
    path = list(error.absolute_schema_path)
    if "propertyNames" in path:
        return SchemaViolation(at, "propertyNames", {"propertyNames": error.schema}, error.instance, error.message)
    return SchemaViolation(at, str(error.validator), error.schema, error.instance, error.message)


def _distinct(faults: Iterable[SchemaViolation]) -> list[SchemaViolation]:
    """One fault a place and schema node: validators report `required` once for each field. Ordered by place."""
    seen: dict[tuple[Any, ...], SchemaViolation] = {}
    for fault in faults:
        if fault.keyword == "pattern" and len(fault.value) > fault.node.get("maxLength", len(fault.value)):
            continue  # that it is too long is said already
        seen.setdefault((fault.at, fault.keyword, id(fault.node)), fault)
    return sorted(seen.values(), key=lambda fault: ([(type(step) is str, step) for step in fault.at], fault.keyword))
