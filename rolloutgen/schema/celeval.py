"""What the expressions of CEL do: closures over a scope of variables, put together by `cel`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rolloutgen.schema.celfunctions import CelError, CelTooLongError, equal, less

Scope = Mapping[str, Any]
Expression = Callable[[Scope], Any]

STEPS = "#"  # no name of CEL: the scope's entry for the steps that are left


def truth(value: Any) -> bool:
    """`value` as a condition. Raises CelError when it is no boolean."""
    if not isinstance(value, bool):
        raise CelError("not a boolean")
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` as an object. Raises CelError when it is none."""
    if not isinstance(value, Mapping):
        raise CelError("not an object")
    return value


def variable(scope: Scope, name: str) -> Any:
    """The value of a variable. Raises CelError when there is none of that name."""
    if name not in scope:
        raise CelError(f"no variable {name}")
    return scope[name]


def field(target: Expression, name: str) -> Expression:
    """`target.name`."""

    def value(scope: Scope) -> Any:
        fields = mapping(target(scope))
        if name not in fields:
            raise CelError(f"no such key: {name}")
        return fields[name]

    return value


def element(target: Expression, index: Expression) -> Expression:
    """`target[index]`."""

    def value(scope: Scope) -> Any:
        try:
            return target(scope)[index(scope)]
        except (KeyError, IndexError, TypeError) as wrong:
            raise CelError(str(wrong)) from wrong

    return value


def logic(left: Expression, right: Expression, *, decided_by: bool) -> Expression:
    """|| and &&: the side that decides does so even when the other cannot be evaluated."""

    def value(scope: Scope) -> bool:
        try:
            first = truth(left(scope))
        except CelError:
            if truth(right(scope)) is decided_by:
                return decided_by
            raise
        return decided_by if first is decided_by else truth(right(scope))

    return value


def compare(sign: str, left: Expression, right: Expression) -> Expression:
    """One of == != < <= > >= in."""
    if sign == "==":
        return lambda scope: equal(left(scope), right(scope))
    if sign == "!=":
        return lambda scope: not equal(left(scope), right(scope))
    if sign == "in":
        return lambda scope: any(equal(left(scope), item) for item in right(scope))
    if sign in ("<", ">="):
        return lambda scope: less(left(scope), right(scope)) is (sign == "<")
    return lambda scope: less(right(scope), left(scope)) is (sign == ">")


def arithmetic(sign: str, left: Expression, right: Expression) -> Expression:
    """One of + - * / %; division goes towards zero."""

    def value(scope: Scope) -> Any:
        first, second = left(scope), right(scope)
        try:
            if sign in "/%":
                whole = abs(first) // abs(second) * (1 if (first < 0) is (second < 0) else -1)
                return whole if sign == "/" else first - second * whole
            return first + second if sign == "+" else first - second if sign == "-" else first * second
        except (TypeError, ZeroDivisionError) as wrong:
            raise CelError(str(wrong)) from wrong

    return value


def _all(results: Any) -> bool:
    return all(truth(result) for _, result in results)


def _exists(results: Any) -> bool:
    return any(truth(result) for _, result in results)


def _exists_one(results: Any) -> bool:
    return sum(truth(result) for _, result in results) == 1


def _filter(results: Any) -> list[Any]:
    return [item for item, result in results if truth(result)]


def _map(results: Any) -> list[Any]:
    return [result for _, result in results]


MACROS: dict[str, Callable[[Any], Any]] = {
    "all": _all,
    "exists": _exists,
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
}


def _counted(items: Iterable[Any], scope: Scope) -> Iterator[Any]:
    steps = scope[STEPS]
    for item in items:
        steps[0] -= 1
        if steps[0] < 0:
            raise CelTooLongError
        yield item


def macro(collect: Callable[[Any], Any], target: Expression, variable: str, body: Expression) -> Expression:
    """`target.all(variable, body)` and its like: `collect` sees (item, result) pairs."""

    def value(scope: Scope) -> Any:
        items = target(scope)
        if not isinstance(items, (list, tuple, Mapping)):
            raise CelError("not a list or a map")
        return collect((item, body({**scope, variable: item})) for item in _counted(items, scope))

    return value
