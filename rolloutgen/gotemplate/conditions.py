"""What the conditions of a chart's templates read: which value decides which branch, and inside of which others.

A value that conditions choose, as in `{{ if .a }}x{{ else }}y{{ end }}`: its parts, as an expression, as a text.

An if/else within one line, as in `kind: {{ if .Values.x }}StatefulSet{{ else }}Deployment{{ end }}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from rolloutgen.chart.chart import Chart
from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.clauses import Clause, clauses_in, read_clause
from rolloutgen.gotemplate.expressions import EMPTY, Expr, all_of, negate, parse
from rolloutgen.gotemplate.lexer import Action, Block, LexedTemplate
from rolloutgen.gotemplate.lexer import parse as parse_template
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.sources import Source, one_line_block
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.text_edits import Span

Keys = tuple[str, ...]  # a path below .Values
Use = Literal["truth", "loop", "yaml", "text"]
EACH = "*"  # in a path: each element of the mapping or list before it

_UNCHANGED = frozenset({"lower", "upper", "toString", "default"})  # whose result is compared as the value itself
_OF_HELM = frozenset({"Release", "Chart", "Capabilities", "Files"})


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


def chart_expressions(chart: Chart) -> Iterator[Expr]:
    """Every expression in the chart's own templates, but for those that cannot be read."""
    for path in chart.template_paths:
        try:
            yield from (clause.expr for clause in clauses_in(chart.text(path)))
        except ChartError:
            continue


def value_paths(chart: Chart) -> frozenset[Keys]:
    """The paths below .Values that the chart's own templates read as they are written."""
    chains = (chain for code in chart_expressions(chart) for chain in code.chains())
    return frozenset(chain.names[1:] for chain in chains if chain.head in (".", "$") and chain.names[:1] == ("Values",))


def reads_by_action(text: str, path: str) -> Iterator[tuple[Action, tuple[Read, ...]]]:
    """Every action of a template with what it reads, `{{ .Values.a }}` included; paths lead through loops: an element
    of what is looped over is EACH. Raises ChartError as `parse`."""
    walk = _Walk(text, path, through_loops=True)
    for action in parse_template(text, path).actions:
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
        for action in parse_template(self.text, self.path).actions:
            yield from self._read(action)

    def around(self, starts: Sequence[int]) -> Iterator[frozenset[Keys]]:
        """What the conditions around each of these places read; `starts` ascend."""
        waiting = list(starts)
        for action in parse_template(self.text, self.path).actions:
            while waiting and waiting[0] < action.span.start:
                waiting.pop(0)
                yield self._around()
            for _ in self._read(action):
                pass  # only what it leaves open counts here
        yield from (frozenset() for _ in waiting)

    def _read(self, action: Action) -> Iterator[Read]:
        clause = read_clause(action.inner.of(self.text))
        keyword = action.keyword
        if clause.keyword in ("else if", "else with"):
            yield from self._condition(clause, into=self.open[-1] if self.open else None)
        elif keyword in ("if", "with", "range"):
            dot = self._whole(clause.expr) if keyword == "with" else self._dot()
            if keyword == "range":
                dot = self._element(clause) if self.through_loops else None
            if self.through_loops and keyword == "with" and len(clause.variables) == 1:
                self._assign(clause)
            scope = _OpenBlock(dot, frozenset())
            yield from self._condition(clause, into=scope)
            self.open.append(scope)
        elif keyword in ("define", "block"):
            self.open.append(_OpenBlock(None, frozenset()))
        elif keyword == "end" and self.open:
            self.open.pop()
        elif keyword == "assign" and len(clause.variables) == 1:
            self._assign(clause)
        elif keyword in ("output", "template"):
            yield from self._yaml(clause.expr)
        if self.through_loops and keyword in ("output", "template", "assign"):
            around = self._around()
            yield from (Read(keys, self.path, "text", (), around) for keys in self._paths(clause.expr))

    def _condition(self, clause: Clause, into: _OpenBlock | None) -> Iterator[Read]:
        loop = clause.keyword == "range"
        literals: dict[Keys, list[str]] = {}
        for compared, literal in _comparisons(clause.expr):
            keys = self._whole(compared)
            if keys:
                literals.setdefault(keys, []).append(literal)
        read = list(dict.fromkeys(self._paths(clause.expr)))
        around, pairs = self._around(), loop and len(clause.variables) == 2
        for keys in read:
            yield Read(keys, self.path, "loop" if loop else "truth", tuple(literals.get(keys, ())), around, pairs)
        if into is not None:
            into.conditions |= frozenset(read)

    def _yaml(self, code: Expr) -> Iterator[Read]:
        for node in code.nodes():
            keys = self._whole(node.parts[0]) if node.is_call("toYaml") and len(node.parts) == 1 else None
            if keys:
                yield Read(keys, self.path, "yaml", (), self._around())

    def _assign(self, clause: Clause) -> None:
        keys = self._whole(clause.expr)
        if keys is not None:
            self.variables[clause.variables[0]] = keys
        else:
            self.variables.pop(clause.variables[0], None)

    def _element(self, clause: Clause) -> Keys | None:
        """What a loop's dot is, and its last variable with it."""
        keys = self._whole(clause.expr)
        element = None if keys is None else (*keys, EACH)
        if clause.variables and element is not None:
            self.variables[clause.variables[-1]] = element
        elif clause.variables:
            self.variables.pop(clause.variables[-1], None)
        return element

    def _paths(self, code: Expr) -> Iterator[Keys]:
        for node in code.nodes():
            if self.through_loops and node.is_call("get") and len(node.parts) == 2 and node.parts[1].kind == "text":
                keys = self._whole(node.parts[0])
                if keys is not None:
                    yield (*keys, node.parts[1].text)
            if node.is_call("index") and len(node.parts) > 1 and node.parts[1].kind == "text":
                keys = self._whole(node.parts[0])
                literals = takewhile(lambda part: part.kind == "text", node.parts[1:])
                if keys is not None:
                    yield (*keys, *(part.text for part in literals))
        for chain in code.chains():
            keys = self._resolve(chain.head, chain.names) if chain.names else None
            if keys:
                yield keys

    def _whole(self, code: Expr) -> Keys | None:
        """The path when `code` is nothing but one."""
        base, names = code.path()
        heads = {"dot": ".", "root": "$", "variable": f"${base.text}"}
        return self._resolve(heads[base.kind], names) if base.kind in heads else None

    def _resolve(self, head: str, keys: Keys) -> Keys | None:
        """`.Values.a`, `$.Values.a`, `$variable.a` or `.a` below a `with`, as keys below .Values; None when unknown."""
        if keys[:1] == ("Values",) and head in (".", "$"):
            return keys[1:]
        if head == "$":
            return None
        base = self._dot() if head == "." else self.variables.get(head)
        if base is None or (head == "." and keys and keys[0] in _OF_HELM):
            return None
        return (*base, *keys)

    def _dot(self) -> Keys | None:
        return self.open[-1].dot if self.open else None

    def _around(self) -> frozenset[Keys]:
        return frozenset().union(*(scope.conditions for scope in self.open))


def _comparisons(code: Expr) -> Iterator[tuple[Expr, str]]:
    """What an expression compares with a literal, each with that literal."""
    for node in code.nodes():
        one, other = node.parts[:2] if len(node.parts) > 1 else (EMPTY, EMPTY)
        if node.is_call("eq", "ne") and one.kind != "text" and other.kind == "text":
            yield _bare(one), other.text
        elif node.is_call("eq", "ne", "contains") and one.kind == "text" and other.kind != "text":
            yield other, one.text


def _bare(code: Expr) -> Expr:
    """What a comparison is about, without what only changes its spelling."""
    return _bare(code.parts[-1]) if code.parts and (code.piped or code.is_call(*_UNCHANGED)) else code


_PLAIN = re.compile(r"[\w.-]*")
# What is a boolean whatever the values are; `ternary` takes nothing else.
_BOOLEAN = ("not", "eq", "ne", "lt", "le", "gt", "ge", "empty", "has", "hasKey", "hasPrefix", "hasSuffix", "contains",
            "kindIs")  # fmt: skip
_TRIMMED_LEFT = re.compile(r"\s+(?=\{\{-\s)")
_TRIMMED_RIGHT = re.compile(r"(?<=\s-\}\})\s+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of which conditions choose a part: texts and expressions in turn, `texts` one longer than `codes`. An
    expression may itself be a list of branches: (condition, value), the last condition "" for `else`."""

    texts: tuple[str, ...]
    codes: tuple[Expr | tuple[tuple[Expr, Choice], ...], ...]

    def expression(self) -> Expr:
        """The value as one expression. All branches are evaluated, so one that fails but for its condition fails."""
        codes = [code if isinstance(code, Expr) else _ternary(code) for code in self.codes]
        if not codes:
            return parse(f'"{self.texts[0]}"')
        if len(codes) == 1 and not any(self.texts):
            return codes[0]
        return parse(f'printf "{"%v".join(self.texts)}" {" ".join(code.as_argument() for code in codes)}')

    def text(self) -> str:
        """The value as text of a template, which evaluates the branch that is taken."""
        parts = [self.texts[0]]
        for code, text in zip(self.codes, self.texts[1:], strict=True):
            parts += (code.as_text() if isinstance(code, Expr) else _branched(code), text)
        return "".join(parts)


def read_choice(value: str) -> Choice | None:
    """The parts of `value`, the source text of a YAML scalar with an `if` in it.

    None where it has none, where a loop or `with` stands in it, or more around its actions than a name may have.
    """
    text = value.strip()
    quote = text[:1] if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1 else ""
    text = _TRIMMED_RIGHT.sub("", _TRIMMED_LEFT.sub("", text[1:-1] if quote else text))
    try:
        template = parse_template(text)
    except ChartError:
        return None
    if not template.blocks:
        return None
    whole = Span(0, len(text))
    return _read(template, whole, template.blocks[0].span == whole and not quote)


def code_of(value: str) -> Expr | None:
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


def _ternary(branches: tuple[tuple[Expr, Choice], ...]) -> Expr:
    code = parse('""')
    for condition, choice in reversed(branches):
        value = choice.expression()
        yes, no = value.as_argument(), code.as_argument()
        if not condition:
            code = value
        elif condition.equivalent(value):
            code = parse(f"default {no} {yes}")
        elif condition.is_call(*_BOOLEAN):
            code = parse(f"ternary {yes} {no} ({condition})")
        else:
            code = parse(f"ternary {no} {yes} ({negate(condition)})")
    return code


def _branched(branches: tuple[tuple[Expr, Choice], ...]) -> str:
    words = [f"if {condition}" if condition else "" for condition, _ in branches]
    heads = [f"{{{{ {' '.join(filter(None, ('else' * (n > 0), word)))} }}}}" for n, word in enumerate(words)]
    bodies = (choice.text() for _, choice in branches)
    return "".join(f"{head}{body}" for head, body in zip(heads, bodies, strict=True)) + "{{ end }}"


def _branches(openers: Sequence[str], choices: Sequence[Choice]) -> tuple[tuple[Expr, Choice], ...] | None:
    clauses = [read_clause(opener) for opener in openers]
    if any(clause.keyword not in ("if", "else if", "else") or clause.variables for clause in clauses):
        return None
    return tuple((clause.expr, choice) for clause, choice in zip(clauses, choices, strict=True))


def _read(template: LexedTemplate, span: Span, alone: bool) -> Choice | None:
    """The parts of what stands in `span`; with `alone` blanks at its ends mean nothing, nor quotes around a word."""
    texts: list[str] = [""]
    codes: list[Expr | tuple[tuple[Expr, Choice], ...]] = []
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


def _of_block(template: LexedTemplate, block: Block, alone: bool) -> tuple[tuple[Expr, Choice], ...] | None:
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


def chosen_when(openers: Sequence[Action], branch: int, text: str) -> Expr | None:
    """The expression under which a branch of if/else is taken; None where one of its conditions is no plain one."""
    clauses = [read_clause(opener.inner.of(text)) for opener in openers[: branch + 1]]
    if any(clause.head != "if" for clause in clauses[1:branch]):
        return None
    conditions = [negate(clause.expr) for clause in clauses[:branch]]
    if clauses[branch].head == "if":
        conditions.append(clauses[branch].expr)
    elif len(conditions) == 1:
        return conditions[0]
    return all_of(conditions) if len(conditions) > 1 else parse(conditions[0].as_argument())


def condition_of(openers: Sequence[Action], branch: int, text: str) -> Expr | None:
    """The condition of a branch that is opened by a plain `if`; None for an `else`, a `with` or a loop."""
    clause = read_clause(openers[branch].inner.of(text))
    return clause.expr if clause.keyword == "if" and not clause.variables else None


def _plain(text: str) -> str:
    code = expression(text.strip()) if "{{" in text else None
    if code is not None and code.kind == "text" and not {'"', "\\"} & set(code.text):
        return code.text
    return text.strip().strip("\"'")
