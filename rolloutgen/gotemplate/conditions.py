"""What the conditions of a chart's templates read: which value decides which branch, and inside of which others.

A value that conditions choose, as in `{{ if .a }}x{{ else }}y{{ end }}`: its parts, as an expression, as a text.

An if/else within one line, as in `kind: {{ if .Values.x }}StatefulSet{{ else }}Deployment{{ end }}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.expressions import expression, grouped, printed
from rolloutgen.gotemplate.lexer import Action, Block, LexedTemplate, parse, strip_literals
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.sources import Source, one_line_block
from rolloutgen.text_edits import Span

Keys = tuple[str, ...]  # a path below .Values
Use = Literal["truth", "loop", "yaml", "text"]
EACH = "*"  # in a path: each element of the mapping or list before it

_PATH = re.compile(r"(?<![\w.)$])(\$\w*)?((?:\.[A-Za-z_]\w*)+)")
_ASSIGNED = re.compile(r"^(\$\w+)\s*:?=\s*(.+)$", re.DOTALL)
_INDEX = re.compile(r"\bindex\s+(\$?\.Values(?:\.\w+)*)((?:\s+\"[^\"]+\")+)")
_COMPARED = re.compile(
    r"\b(?:eq|ne)\s+(?:\(\s*(?:lower|upper|toString|default\s+\"[^\"]*\")\s+)?([$.]\w*(?:\.\w+)*)"
    r"\s*(?:\|[^()]*)?\)?\s+\"([^\"]*)\""
)
_COMPARED_BACK = re.compile(r"\b(?:eq|ne|contains)\s+\"([^\"]*)\"\s+([$.]\w*(?:\.\w+)*)")
_GOT = re.compile(r"\bget\s+([$.]\w*(?:\.\w+)*)\s+\"([^\"]+)\"")
_TO_YAML = re.compile(r"\btoYaml\s+([$.][\w.]*)|([$.][\w.]*)\s*\|\s*toYaml\b")


@dataclass(frozen=True, slots=True)
class Read:
    """A value that decides something. `use` tells how: its truth, a loop over it, its text as YAML, or (only where that
    is asked for) its text, which decides nothing. `literals` are what it is compared with; `around` the values that
    conditions around the place read; `pairs` whether a loop over it has two variables, so that it is a mapping."""

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


def reads_by_action(text: str, path: str) -> Iterator[tuple[Action, tuple[Read, ...]]]:
    """Every action of a template with what it reads, `{{ .Values.a }}` included; paths lead through loops: an element
    of what is looped over is EACH. Raises ChartError as `parse`."""
    walk = _Walk(text, path, through_loops=True)
    for action in parse(text, path).actions:
        yield action, tuple(walk._read(action))


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
class _OpenBlock:
    """An open block: where `.` points (None when it cannot be told) and what its conditions read."""

    dot: Keys | None
    conditions: frozenset[Keys]


class _Walk:
    """One pass over a template's actions with the blocks that are open."""

    def __init__(self, text: str, path: str, *, through_loops: bool = False) -> None:
        self.text, self.path, self.through_loops = text, path, through_loops
        self.variables: dict[str, Keys] = {}
        self.open: list[_OpenBlock] = []

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
                dot = self._element(rest) if self.through_loops else None
            if self.through_loops and keyword == "with":
                self._assign(rest)
            scope = _OpenBlock(dot, frozenset())
            yield from self._condition(rest, into=scope, loop=keyword == "range")
            self.open.append(scope)
        elif keyword in ("define", "block"):
            self.open.append(_OpenBlock(None, frozenset()))
        elif keyword == "end" and self.open:
            self.open.pop()
        elif keyword == "assign":
            self._assign(inner)
        elif keyword in ("output", "template"):
            yield from self._yaml(inner)
        if self.through_loops and keyword in ("output", "template", "assign"):
            around = self._around()
            yield from (Read(keys, self.path, "text", (), around) for keys in self._paths(inner))

    def _condition(self, code: str, into: _OpenBlock | None, loop: bool = False) -> Iterator[Read]:
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

    def _element(self, code: str) -> Keys | None:
        """What a loop's dot is, and its last variable with it."""
        names, assigned, _ = code.partition(":=")
        keys = self._whole(code)
        element = None if keys is None else (*keys, EACH)
        if assigned:
            name = names.split(",")[-1].strip()
            if element is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = element
        return element

    def _paths(self, code: str) -> Iterator[Keys]:
        for found in _GOT.finditer(code) if self.through_loops else ():
            keys = self._resolve(found[1])
            if keys is not None:
                yield (*keys, found[2])
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


_PLAIN = re.compile(r"[\w.-]*")
# What is a boolean whatever the values are; `ternary` takes nothing else.
_BOOLEAN = re.compile(r"(?:not|eq|ne|lt|le|gt|ge|empty|has|hasKey|hasPrefix|hasSuffix|contains|kindIs)\s[^|]*$")
_CONDITION = re.compile(r"\s*(?:else\s+)?if\b\s*(.*?)\s*", re.DOTALL)
_TRIMMED_LEFT = re.compile(r"\s+(?=\{\{-\s)")
_TRIMMED_RIGHT = re.compile(r"(?<=\s-\}\})\s+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of which conditions choose a part: texts and expressions in turn, `texts` one longer than `codes`. An
    expression may itself be a list of branches: (condition, value), the last condition "" for `else`."""

    texts: tuple[str, ...]
    codes: tuple[str | tuple[tuple[str, Choice], ...], ...]

    def expression(self) -> str:
        """The value as one expression. All branches are evaluated, so one that fails but for its condition fails."""
        codes = [code if isinstance(code, str) else _ternary(code) for code in self.codes]
        if not codes:
            return f'"{self.texts[0]}"'
        if len(codes) == 1 and not any(self.texts):
            return codes[0]
        return f'printf "{"%v".join(self.texts)}" {" ".join(grouped(code) for code in codes)}'

    def text(self) -> str:
        """The value as text of a template, which evaluates the branch that is taken."""
        parts = [self.texts[0]]
        for code, text in zip(self.codes, self.texts[1:], strict=True):
            parts += (printed(code) if isinstance(code, str) else _branched(code), text)
        return "".join(parts)


def read_choice(value: str) -> Choice | None:
    """The parts of `value`, the source text of a YAML scalar with an `if` in it.

    None where it has none, where a loop or `with` stands in it, or more around its actions than a name may have.
    """
    text = value.strip()
    quote = text[:1] if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1 else ""
    text = _TRIMMED_RIGHT.sub("", _TRIMMED_LEFT.sub("", text[1:-1] if quote else text))
    try:
        template = parse(text)
    except ChartError:
        return None
    if not template.blocks:
        return None
    whole = Span(0, len(text))
    return _read(template, whole, template.blocks[0].span == whole and not quote)


def code_of(value: str) -> str | None:
    """The expression of a scalar's source text, with or without conditions in it; None where it has none."""
    choice = read_choice(value)
    return choice.expression() if choice else expression(value)


def of_branches(openers: Sequence[str], values: Sequence[str]) -> Choice | None:
    """The value of which each branch of an if/else writes its own: `openers` are the texts of its actions, `values`
    the source text of each branch's scalar. None where they are no such texts."""
    read: list[Choice] = []
    for value in values:
        code = expression(value)
        found = Choice(("", ""), (code,)) if code else read_choice(value)
        if found is None:
            return None
        read.append(found)
    branches = _branches(openers, read)
    return Choice(("", ""), (branches,)) if branches else None


def _ternary(branches: tuple[tuple[str, Choice], ...]) -> str:
    code = '""'
    for condition, choice in reversed(branches):
        value = choice.expression()
        if not condition:
            code = value
        elif condition == value:
            code = f"default {grouped(code)} {grouped(value)}"
        elif _BOOLEAN.match(condition):
            code = f"ternary {grouped(value)} {grouped(code)} ({condition})"
        else:
            code = f"ternary {grouped(code)} {grouped(value)} (not {grouped(condition)})"
    return code


def _branched(branches: tuple[tuple[str, Choice], ...]) -> str:
    words = [f"if {condition}" if condition else "" for condition, _ in branches]
    heads = [f"{{{{ {' '.join(filter(None, ('else' * (n > 0), word)))} }}}}" for n, word in enumerate(words)]
    bodies = (choice.text() for _, choice in branches)
    return "".join(f"{head}{body}" for head, body in zip(heads, bodies, strict=True)) + "{{ end }}"


def _branches(openers: Sequence[str], choices: Sequence[Choice]) -> tuple[tuple[str, Choice], ...] | None:
    conditions = [_CONDITION.fullmatch(opener) for opener in openers]
    if any(found is None and opener.strip() != "else" for found, opener in zip(conditions, openers, strict=True)):
        return None
    return tuple((found[1] if found else "", choice) for found, choice in zip(conditions, choices, strict=True))


def _read(template: LexedTemplate, span: Span, alone: bool) -> Choice | None:
    """The parts of what stands in `span`; with `alone` blanks at its ends mean nothing, nor quotes around a word."""
    texts: list[str] = [""]
    codes: list[str | tuple[tuple[str, Choice], ...]] = []
    position = span.start
    for action in template.actions_in(span):
        if action.span.start < position:
            continue
        texts[-1] += template.text[position : action.span.start]
        block = next((block for block in template.blocks if block.openers[0] is action), None)
        position = block.span.end if block else action.span.end
        if action.keyword == "comment":
            continue
        code = _of_block(template, block, alone) if block else expression(action.span.of(template.text))
        if code is None:
            return None
        codes.append(code)
        texts.append("")
    texts[-1] += template.text[position : span.end]
    if alone:
        texts[0], texts[-1] = texts[0].lstrip(), texts[-1].rstrip()
        quoted = re.fullmatch(r"([\"'])([\w.-]*)\1", texts[0]) if not codes else None
        texts = [quoted[2]] if quoted else texts
    return Choice(tuple(texts), tuple(codes)) if all(_PLAIN.fullmatch(text) for text in texts) else None


def _of_block(template: LexedTemplate, block: Block, alone: bool) -> tuple[tuple[str, Choice], ...] | None:
    if block.keyword != "if":
        return None
    read = [_read(template, body, alone) for body in block.bodies()]
    choices = [choice for choice in read if choice is not None]
    openers = [action.inner.of(template.text) for action in block.openers]
    return _branches(openers, choices) if len(choices) == len(read) else None


@dataclass(frozen=True, slots=True)
class Switch:
    """The value of a key that conditions choose on its line: the block, and the text of each branch."""

    block: Block
    branches: tuple[str, ...]

    def conditions(self, text: str) -> tuple[str, ...]:
        """What the openers say, as written."""
        return tuple(action.inner.of(text).strip() for action in self.block.openers)


def switch(source: Source, node: Node) -> Switch | None:
    """The switch that is the whole value of a key, None where it is something else.

    A branch that is one quoted string in an action (`{{ "Deployment" }}`) counts as that string.
    """
    block = one_line_block(source, node)
    if block is None:
        return None
    return Switch(block, tuple(_plain(body.of(source.text)) for body in block.bodies()))


def branch_span(source: Source, found: Switch, branch: int) -> Span:
    """The text of a branch without the blanks around it."""
    body = found.block.bodies()[branch]
    text = body.of(source.text)
    return Span(body.start + len(text) - len(text.lstrip()), body.end - len(text) + len(text.rstrip()))


def chosen_when(openers: Sequence[Action], branch: int, text: str) -> str | None:
    """The expression under which a branch of if/else is taken; None where one of its conditions is no plain one."""
    conditions = [_condition(opener.inner.of(text)) for opener in openers]
    if any(condition is None for condition in conditions[1:branch]):
        return None
    parts = [f"(not {grouped(condition or '')})" for condition in conditions[:branch]]
    if conditions[branch]:
        parts.append(grouped(conditions[branch] or ""))
    if len(parts) > 1:
        return f"and {' '.join(parts)}"
    return parts[0][1:-1] if not conditions[branch] else parts[0]


def _condition(inner: str) -> str | None:
    """The pipeline of `if X` or `else if X`; None for a plain `else`."""
    match = re.match(r"\s*(?:else\s+)?if\b\s*(.*)$", inner.strip(), re.DOTALL)
    return match[1].strip() if match else None


def _plain(text: str) -> str:
    code = expression(text.strip()) if "{{" in text else None
    if code is not None and re.fullmatch(r'"[^"\\]*"', code):
        return code[1:-1]
    return text.strip().strip("\"'")
