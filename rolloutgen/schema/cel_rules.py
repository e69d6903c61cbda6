"""What JSON Schema cannot say: keys of list maps that must be unique, and CEL rules. Compiled to functions that visit
only the parts of an object where such a check stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from rolloutgen.model import Json, Path

Node = Mapping[str, Any]
_RULES = "x-kubernetes-validations"
_KEYS = "x-kubernetes-list-map-keys"


class Breach(NamedTuple):
    """A check of `node` that `value` at `at` does not pass: a rule (its text and, where we wrote it, a message), or
    the list-map key of an item, which an earlier item at index `first` has already. `lint_code` is the lint rule that
    checks the same, "" for none."""

    at: Path
    value: Json
    rule: str = ""
    message: str = ""
    keys: tuple[str, ...] = ()
    first: int = 0
    lint_code: str = ""


Visit = Callable[[Json, Path], Iterator[Breach]]


def breaches_of(schema: Node) -> Callable[[Json], list[Breach]]:
    """The checks of a whole schema: object -> breaches in document order. A rule assumes that the schema accepts what
    it looks at: the caller drops the breaches that have a fault below them."""
    compiler = _Compiler(schema)
    visit = compiler.visit(schema)
    if visit is None:
        return lambda value: []
    # Kubernetes' own kinds (those with definitions) have rules of ours, which ask for no default.
    needs_defaults = compiler.has_rules and "$defs" not in schema
    run = visit

    def breaches(value: Json) -> list[Breach]:
        return list(run(with_defaults(schema, value) if needs_defaults else value, ()))

    return breaches


class _Compiler:
    """Walks a schema once; definitions are compiled when first used, so that recursive ones end."""

    def __init__(self, schema: Node) -> None:
        self.defs: Node = schema.get("$defs", {})
        self.known: dict[str, Visit | None] = {}
        self.open: set[str] = set()
        self.has_rules = False

    def visit(self, node: Node) -> Visit | None:
        all_kinds = (self._reference(node), self._own(node), self._fields(node), self._items(node))
        steps = [step for step in all_kinds if step]
        if len(steps) < 2:
            return steps[0] if steps else None

        def all_steps(value: Json, at: Path) -> Iterator[Breach]:
            for step in steps:
                yield from step(value, at)

        return all_steps

    def _reference(self, node: Node) -> Visit | None:
        name = str(node.get("$ref", "")).removeprefix("#/$defs/")
        if name not in self.defs:
            return None
        if name in self.open:  # a recursive kind (JSON Schemas in a CRD): no checks of ours lie there
            return None
        if name not in self.known:
            self.open.add(name)
            self.known[name] = self.visit(self.defs[name])
            self.open.discard(name)
        return self.known[name]

    def _own(self, node: Node) -> Visit | None:
        checks = [(item["rule"], item.get("message", ""), item.get("x-lint-code", "")) for item in node.get(_RULES, ())]
        self.has_rules = self.has_rules or bool(checks)
        keys = tuple(node.get(_KEYS, ()))
        if not checks and not keys:
            return None
        defaults = node.get("items", {}).get("properties", {})
        items_name = str(node.get("items", {}).get("$ref", "")).removeprefix("#/$defs/")
        if items_name in self.defs:
            defaults = self.defs[items_name].get("properties", {})
        absent = {key: defaults.get(key, {}).get("default") for key in keys}

        def own(value: Json, at: Path) -> Iterator[Breach]:
            if keys and isinstance(value, list):
                yield from _duplicates(value, at, keys, absent)
            for rule, message, lint_code in checks:
                if not _condition(rule)(value):
                    yield Breach(at, value, rule=rule, message=message, lint_code=lint_code)

        return own

    def _fields(self, node: Node) -> Visit | None:
        named = {name: visit for name, part in node.get("properties", {}).items() if (visit := self.visit(part))}
        rest_node = node.get("additionalProperties")
        rest = self.visit(rest_node) if isinstance(rest_node, Mapping) else None
        if not named and rest is None:
            return None
        declared = frozenset(node.get("properties", ()))

        def fields(value: Json, at: Path) -> Iterator[Breach]:
            if not isinstance(value, Mapping):
                return
            for name, visit in named.items():
                if name in value:
                    yield from visit(value[name], (*at, name))
            if rest is not None:
                for name in value:
                    if name not in declared:
                        yield from rest(value[name], (*at, name))

        return fields

    def _items(self, node: Node) -> Visit | None:
        part = node.get("items")
        visit = self.visit(part) if isinstance(part, Mapping) else None
        if visit is None:
            return None
        inner = visit

        def items(value: Json, at: Path) -> Iterator[Breach]:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from inner(item, (*at, index))

        return items


@cache
def _condition(rule: str) -> Callable[[Json], bool]:
    """A CEL rule, compiled when the first object has the field that it speaks of."""
    from rolloutgen.schema.cel import CelSyntaxError, compiled

    try:
        return compiled(rule)
    except CelSyntaxError:
        return lambda _: True  # the test of the packaged schemas sees to it that none of ours ends here


def _duplicates(items: list[Json], at: Path, keys: tuple[str, ...], absent: Node) -> Iterator[Breach]:
    seen: dict[tuple[str, ...], int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            continue
        values = [item[key] if item.get(key) is not None else absent[key] for key in keys]
        if all(value is None for value in values):
            continue
        first = seen.setdefault(tuple(map(repr, values)), index)
        if first != index:
            yield Breach((*at, index), item, keys=keys, first=first)


def with_defaults(node: Node, value: Json) -> Json:
    """`value` with the defaults of a custom resource's schema filled in, as the server does before it asks the rules.
    Parts without a default are shared, not copied."""
    if isinstance(value, list) and isinstance(node.get("items"), Mapping):
        return [with_defaults(node["items"], item) for item in value]
    if not isinstance(value, Mapping):
        return value
    properties = node.get("properties", {})
    rest = node.get("additionalProperties")
    out = {}
    for name, item in value.items():
        part = properties.get(name, rest if isinstance(rest, Mapping) else None)
        out[name] = with_defaults(part, item) if part is not None else item
    for name, part in properties.items():
        if name not in out and "default" in part:
            out[name] = with_defaults(part, part["default"])
    return out
