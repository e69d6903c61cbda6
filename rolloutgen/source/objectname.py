"""The name of an object as an expression of its template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..objects.tree import dig
from .expression import expression, free_variables, reads_dot
from .scope import Scope, assignments, scope_at, site_scope
from .sources import Site, Sources
from .yamlmap import mask

_FLOW_NAME = re.compile(r"[{,]\s*name:\s+(\"[^\"]*\"|'[^']*'|[^,{}\[\]]+)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ARGUMENT = re.compile(r"\((?:[^()\"]|\"[^\"]*\")*\)|[^\s()]+")
_VALUE = re.compile(r"\$?\.Values(?:\.\w+)+")


def name_of(site: Site) -> str | None:
    """The expression of an object's name as it reads at its place; None where it is not written as one value. A
    variable that only holds another expression is read through."""
    nodes = site.find("metadata", "name")
    texts = {node.value.of(site.source.text).strip() for node in nodes} or set(_flow_names(site))
    code = expression(texts.pop()) if len(texts) == 1 else None
    return code and _read_through(code, site_scope(site))


def _read_through(code: str, scope: Scope) -> str:
    if not re.fullmatch(r"\$\w+", code):
        return code
    found = assignments(scope, free_variables(code))
    if found is None or len(found) != 1:
        return code
    held = found[0].inner.of(scope.source.text).partition("=")[2].strip()
    around = [block for block, _ in scope_at(scope.source, scope.offset).blocks if block.keyword in ("range", "with")]
    plain = "\n" not in held and not free_variables(held) and not (around and reads_dot(held))
    return held if plain else code


def _flow_names(site: Site) -> Iterator[str]:
    """The texts of `name` in a metadata that is a flow mapping."""
    masked = mask(site.source.template)
    for node in site.find("metadata"):
        depth = 0
        position = node.value.start
        while position < node.value.end:
            entry = _FLOW_NAME.match(masked, position)
            if entry and depth == int(masked[position] == ","):
                yield site.source.text[entry.start(1) : entry.end(1)].strip()
            quoted = _QUOTED.match(masked, position)
            depth += (masked[position] in "{[") - (masked[position] in "}]")
            position = quoted.end() if quoted else position + 1


def without_nil(code: str, sources: Sources) -> str:
    """`code` where printf would print a value that nobody set as `<nil>`: joined from a list, which leaves it out as an
    action in a text does."""
    match = re.fullmatch(r'printf "((?:[^"\\%]|%[sv])+)" (.+)', code)
    arguments = _ARGUMENT.findall(match[2]) if match else []
    formats = re.split(r"(%[sv])", match[1]) if match else []
    unset = [argument for argument in arguments if _VALUE.fullmatch(argument) and _is_unset(argument, sources)]
    if match is None or " ".join(arguments) != match[2] or not unset:
        return code
    left = iter(arguments)
    parts = [next(left) if part in ("%s", "%v") else f'"{part}"' for part in formats if part]
    return f'join "" (list {" ".join(parts)})'


def _is_unset(argument: str, sources: Sources) -> bool:
    """Whether values.yaml gives a value like `.Values.a.b` nothing."""
    return dig(sources.chart.values, *argument.lstrip("$").split(".")[2:]) is None
