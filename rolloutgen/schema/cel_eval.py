"""What the expressions of CEL do: closures over a scope of variables, put together by `cel`.

The functions of CEL that the rules of CustomResourceDefinitions call, and its equality and order.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from rolloutgen.kube.durations import nanoseconds
from rolloutgen.kube.quantities import quantity
from rolloutgen.schema.formats import is_schedule

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


# Fields with such rules hold names and paths; on longer texts some patterns take ages.
_LONGEST_MATCHED = 5000
_LINK_4, _LINK_6 = ipaddress.ip_network("224.0.0.0/24"), ipaddress.ip_network("ff02::/16")
# In IPv4 addresses, which Kubernetes reads as decimal all the same.
_LEADING_ZEROS = re.compile(r"(?<![0-9A-Fa-f:.])0+(?=[0-9]+\.)|(?<=\.)0+(?=[0-9])")


class CelError(ValueError):
    """An evaluation that the API server would report as failed."""


class CelTooLongError(Exception):
    """An evaluation that takes too many steps to be worth an answer."""


def equal(left: Any, right: Any) -> bool:
    """CEL's ==: numbers by value, but true is not 1."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """CEL's <, for two numbers or two strings. Raises CelError for anything else."""
    try:
        return bool(left < right)
    except TypeError as wrong:
        raise CelError(str(wrong)) from wrong


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    # RE2 takes flags anywhere; Python wants them first.
    flags = re.search(r"\(\?i\)", pattern)
    plain = pattern.replace("(?i)", "") if flags else pattern
    if plain.endswith("$"):
        plain = plain[:-1] + r"\Z"
    return re.compile(plain, re.IGNORECASE if flags else 0)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise CelError("not a string")
    return value


def _matches(value: Any, pattern: Any) -> bool:
    text = _text(value)
    if len(text) > _LONGEST_MATCHED:
        raise CelError("too long to match")
    return _regex(_text(pattern)).search(text) is not None


def _size(value: Any) -> int:
    if not isinstance(value, (str, list, tuple, Mapping)):
        raise CelError("no size")
    return len(value)


def _substring(value: Any, start: int, end: int | None = None) -> str:
    text = _text(value)
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise CelError("index out of range")
    return text[start:end]


def _duration(value: Any) -> int:
    found = nanoseconds(_text(value))
    if found is None:
        raise CelError("not a duration")
    return found


def _quantity(value: Any) -> Any:
    number = quantity(value)
    if number is None:
        raise CelError("not a quantity")
    return number


def _is_url(value: Any) -> bool:
    text = _text(value)
    if text.startswith("/"):
        return True
    try:
        return bool(urlsplit(text).scheme) and not re.search(r"\s", text)
    except ValueError:
        return False


def _is_ip(value: Any) -> bool:
    try:
        ipaddress.ip_address(_text(value))
    except ValueError:
        return False
    return True


def _is_reachable(value: Any) -> bool:
    """Not unspecified, loopback, link-local or multicast on the link, as the server asks of external addresses."""
    address = ipaddress.ip_address(_LEADING_ZEROS.sub("", _text(value)))
    on_the_link = address in (_LINK_4 if address.version == 4 else _LINK_6)
    return not (address.is_unspecified or address.is_loopback or address.is_link_local or on_the_link)


def _network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A network in the server's older reading: its address may lie anywhere in it, its numbers may begin with zeros."""
    text = _text(value)
    if "/" not in text or not text.rpartition("/")[2].isdigit():
        return None
    try:
        return ipaddress.ip_network(_LEADING_ZEROS.sub("", text), strict=False)
    except ValueError:
        return None


def _is_within(part: Any, whole: Any) -> bool:
    inner, outer = _network(part), _network(whole)
    if inner is None or outer is None or inner.version != outer.version or inner == outer:
        return False
    return inner.prefixlen > outer.prefixlen and inner.network_address in outer


def _base64(value: Any) -> str:
    try:
        return base64.b64decode(_text(value)).decode("utf-8", "replace")
    except ValueError:
        return ""


def _is_json_map(value: Any) -> bool:
    try:
        return isinstance(json.loads(_text(value)), dict)
    except (ValueError, RecursionError):
        return False


def _int(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as wrong:
        raise CelError(str(wrong)) from wrong


def _url(value: Any) -> str:
    if not _is_url(value):
        raise CelError("not a URL")
    return str(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "int": _int,
    "string": str,
    "duration": _duration,
    "quantity": _quantity,
    "isURL": _is_url,
    "url": _url,
    "isIP": _is_ip,
    # Our own, for what the server checks on its own kinds in Go.
    "isAddress": lambda value: _is_ip(_LEADING_ZEROS.sub("", _text(value))),
    "isReachable": _is_reachable,
    "isNetwork": lambda value: _network(value) is not None,
    "isWithin": _is_within,
    "isJsonMap": _is_json_map,
    "base64": _base64,
    "isNumber": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "isSchedule": lambda value: is_schedule(_text(value)),
}
METHODS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "contains": lambda text, part: _text(part) in _text(text),
    "startsWith": lambda text, part: _text(text).startswith(_text(part)),
    "trim": lambda text: _text(text).strip(),
    "endsWith": lambda text, part: _text(text).endswith(_text(part)),
    "matches": _matches,
    "split": lambda text, separator: _text(text).split(_text(separator)),
    "substring": _substring,
    "getScheme": lambda text: urlsplit(_text(text)).scheme,
}
