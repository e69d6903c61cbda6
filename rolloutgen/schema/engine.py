"""The two validators behind one shape: a schema -> functions that find the faults of an object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from rolloutgen.model import Json, Path

Backend = Literal["auto", "jsonschema-rs", "jsonschema"]


@dataclass(frozen=True, slots=True)
class Fault:
    """`keyword` of the schema node `node` does not hold for `value`, which stands at `at`. `said` is the validator's
    own sentence, for schemas of others whose node cannot be found."""

    at: Path
    keyword: str
    node: Mapping[str, Any]
    value: Json
    said: str


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled schema."""

    is_valid: Callable[[Json], bool]
    faults: Callable[[Json], list[Fault]]


def compiled(schema: Mapping[str, Any], backend: Backend) -> Engine:
    """`schema` made ready by `backend`; "auto" takes jsonschema-rs where it is installed.

    Raises ImportError when jsonschema-rs is asked for and missing, ValueError for a schema that is none.
    """
    if backend == "jsonschema" or (backend == "auto" and not _has_rust()):
        return _python(schema)
    return _rust(schema)


@lru_cache(maxsize=1)
def _has_rust() -> bool:
    try:
        import jsonschema_rs  # noqa: F401
    except ImportError:
        return False
    return True


def _rust(schema: Mapping[str, Any]) -> Engine:
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(dict(schema))

    def faults(value: Json) -> list[Fault]:
        return _distinct(
            _fault(tuple(error.instance_path), list(error.schema_path), schema, value, error.message)
            for error in validator.iter_errors(value)
        )

    return Engine(validator.is_valid, faults)


def _fault(at: Path, schema_path: list[Any], schema: Mapping[str, Any], value: Json, said: str) -> Fault:
    for step in at:  # the validator's own copy of the value has its keys in another order
        value = value[step]
    if "propertyNames" in schema_path:
        schema_path = schema_path[: schema_path.index("propertyNames") + 1]
    node: Any = schema
    for step in schema_path[:-1]:
        try:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]] if step == "$ref" else node[step]
        except (KeyError, IndexError, TypeError):
            node = {}
            break
    return Fault(at, str(schema_path[-1]), node if isinstance(node, Mapping) else {}, value, said)


def _python(schema: Mapping[str, Any]) -> Engine:
    import jsonschema
    from jsonschema.validators import extend, validator_for

    def pattern(_: Any, wanted: str, instance: Json, node: Any) -> Any:
        if not isinstance(instance, str) or len(instance) > node.get("maxLength", len(instance)):
            return  # too long is said already, and some patterns take ages on long texts
        # Python's `$` also matches before a newline at the end; the API server's does not.
        if not re.search(_end_anchored(wanted), instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    known = validator_for(dict(schema), default=jsonschema.Draft202012Validator)
    validator = extend(known, {"pattern": pattern})(dict(schema))  # type: ignore[no-untyped-call]

    def faults(value: Json) -> list[Fault]:
        return _distinct(_python_fault(error) for error in validator.iter_errors(value))

    return Engine(validator.is_valid, faults)


@cache
def _end_anchored(pattern: str) -> str:
    return re.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", pattern)


def _python_fault(error: Any) -> Fault:
    at = tuple(error.absolute_path)
    path = list(error.absolute_schema_path)
    if "propertyNames" in path:
        return Fault(at, "propertyNames", {"propertyNames": error.schema}, error.instance, error.message)
    return Fault(at, str(error.validator), error.schema, error.instance, error.message)


def _distinct(faults: Iterable[Fault]) -> list[Fault]:
    """One fault a place and schema node: validators report `required` once for each field. Ordered by place."""
    seen: dict[tuple[Any, ...], Fault] = {}
    for fault in faults:
        if fault.keyword == "pattern" and len(fault.value) > fault.node.get("maxLength", len(fault.value)):
            continue  # that it is too long is said already
        seen.setdefault((fault.at, fault.keyword, id(fault.node)), fault)
    return sorted(seen.values(), key=lambda fault: ([(type(step) is str, step) for step in fault.at], fault.keyword))
