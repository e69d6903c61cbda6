"""What the conditions of a chart's templates read: which value decides which branch, and inside of which others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..chart.chart import Chart
from ..errors import ChartError
from .gotmpl import Action, parse, strip_literals

Keys = tuple[str, ...]  # a path below .Values
Use = Literal["truth", "loop", "yaml"]

_PATH = re.compile(r"(?<![\w.)$])(\$\w*)?((?:\.[A-Za-z_]\w*)+)")
_ASSIGNED = re.compile(r"^(\$\w+)\s*:?=\s*(.+)$", re.DOTALL)
_INDEX = re.compile(r"\bindex\s+(\$?\.Values(?:\.\w+)*)((?:\s+\"[^\"]+\")+)")
_COMPARED = re.compile(
    r"\b(?:eq|ne)\s+(?:\(\s*(?:lower|upper|toString|default\s+\"[^\"]*\")\s+)?([$.]\w*(?:\.\w+)*)"
    r"\s*(?:\|[^()]*)?\)?\s+\"([^\"]*)\""
)
_COMPARED_BACK = re.compile(r"\b(?:eq|ne|contains)\s+\"([^\"]*)\"\s+([$.]\w*(?:\.\w+)*)")
_TO_YAML = re.compile(r"\btoYaml\s+([$.][\w.]*)|([$.][\w.]*)\s*\|\s*toYaml\b")


@dataclass(frozen=True, slots=True)
class Read:
    """A value that decides something. `use` tells how: its truth, a loop over it, its text as YAML. `literals` are what
    it is compared with; `around` the values that conditions around the place read; `pairs` whether a loop over it has
    two variables, so that it is a mapping."""

    keys: Keys
    file: str
    use: Use
    literals: tuple[str, ...] = ()
    around: frozenset[Keys] = field(default=frozenset())
    pairs: bool = False


def read_conditions(chart: Chart) -> tuple[Read, ...]:
    """Every value that a condition, loop or `toYaml` in the chart's own templates reads, in order of file and place.

    Files that are no UTF-8 or no template are left out: who renders them will say so.
    """
    found: list[Read] = []
    for path in chart.template_paths:
        try:
            found += _Walk(chart.text(path), path).reads()
        except ChartError:
            continue
    return tuple(dict.fromkeys(found))


def conditions_around(chart: Chart, place: re.Pattern[str]) -> tuple[frozenset[Keys], ...]:
    """What the conditions around each match of `place` in the chart's own templates read, each set once."""
    found: list[frozenset[Keys]] = []
    for path in chart.template_paths:
        try:
            text = chart.text(path)
            starts = [match.start() for match in place.finditer(text)]
            found += _Walk(text, path).around(starts) if starts else ()
        except ChartError:
            continue
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Scope:
    """An open block: where `.` points (None when it cannot be told) and what its conditions read."""

    dot: Keys | None
    conditions: frozenset[Keys]


class _Walk:
    """One pass over a template's actions with the blocks that are open."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.variables: dict[str, Keys] = {}
        self.open: list[_Scope] = []

    def reads(self) -> Iterator[Read]:
        for action in parse(self.text, self.path).actions:
            yield from self._read(action)

    def around(self, starts: Sequence[int]) -> Iterator[frozenset[Keys]]:
        """What the conditions around each of these places read; `starts` ascend."""
        waiting = list(starts)
        for action in parse(self.text, self.path).actions:
            while waiting and waiting[0] < action.span.start:
                waiting.pop(0)
                yield self._around()
            for _ in self._read(action):
                pass  # only what it leaves open counts here
        yield from (frozenset() for _ in waiting)

    def _read(self, action: Action) -> Iterator[Read]:
        inner = action.inner.of(self.text).strip()
        rest = inner.partition(" ")[2]
        keyword = action.keyword
        if keyword == "else" and rest.lstrip().startswith(("if ", "with ")):
            yield from self._condition(rest.lstrip().partition(" ")[2], into=self.open[-1] if self.open else None)
        elif keyword in ("if", "with", "range"):
            dot = self._dot()
            if keyword == "with":
                dot = self._whole(rest)
            elif keyword == "range":
                dot = None
            scope = _Scope(dot, frozenset())
            yield from self._condition(rest, into=scope, loop=keyword == "range")
            self.open.append(scope)
        elif keyword in ("define", "block"):
            self.open.append(_Scope(None, frozenset()))
        elif keyword == "end" and self.open:
            self.open.pop()
        elif keyword == "assign":
            self._assign(inner)
        elif keyword in ("output", "template"):
            yield from self._yaml(inner)

    def _condition(self, code: str, into: _Scope | None, loop: bool = False) -> Iterator[Read]:
        pairs = loop and "," in code.partition(":=")[0] and ":=" in code
        literals: dict[Keys, list[str]] = {}
        for named, literal in [
            *((found[1], found[2]) for found in _COMPARED.finditer(code)),
            *((found[2], found[1]) for found in _COMPARED_BACK.finditer(code)),
        ]:
            keys = self._resolve(named)
            if keys:
                literals.setdefault(keys, []).append(literal)
        read = list(dict.fromkeys(self._paths(code)))
        around = self._around()
        for keys in read:
            yield Read(keys, self.path, "loop" if loop else "truth", tuple(literals.get(keys, ())), around, pairs)
        if into is not None:
            into.conditions |= frozenset(read)

    def _yaml(self, code: str) -> Iterator[Read]:
        for found in _TO_YAML.finditer(code):
            keys = self._resolve(found[1] or found[2])
            if keys:
                yield Read(keys, self.path, "yaml", (), self._around())

    def _assign(self, inner: str) -> None:
        assigned = _ASSIGNED.match(inner)
        keys = self._whole(assigned[2]) if assigned else None
        if assigned and keys is not None:
            self.variables[assigned[1]] = keys
        elif assigned:
            self.variables.pop(assigned[1], None)

    def _paths(self, code: str) -> Iterator[Keys]:
        for found in _INDEX.finditer(code):
            keys = self._resolve(found[1])
            if keys is not None:
                yield (*keys, *re.findall(r"\"([^\"]+)\"", found[2]))
        for found in _PATH.finditer(strip_literals(code)):
            keys = self._resolve((found[1] or "") + found[2])
            if keys:
                yield keys

    def _whole(self, code: str) -> Keys | None:
        """The path when `code` is nothing but one."""
        code = code.partition(":=")[2].strip() if ":=" in code else code.strip()
        return self._resolve(code) if re.fullmatch(r"[$.][\w.$]*", code) else None

    def _resolve(self, named: str) -> Keys | None:
        """`.Values.a`, `$.Values.a`, `$variable.a` or `.a` below a `with`, as keys below .Values; None when unknown."""
        start, _, rest = named.partition(".")
        keys = tuple(key for key in rest.split(".") if key)
        if keys[:1] == ("Values",) and start in ("", "$"):
            return keys[1:]
        if start == "$":
            return None
        base = self.variables.get(start) if start else self._dot()
        if base is None or (not start and keys[:1] in (("Release",), ("Chart",), ("Capabilities",), ("Files",))):
            return None
        return (*base, *keys)

    def _dot(self) -> Keys | None:
        return self.open[-1].dot if self.open else None

    def _around(self) -> frozenset[Keys]:
        return frozenset().union(*(scope.conditions for scope in self.open))
