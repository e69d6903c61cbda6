"""Expressions of Go templates: one parsed type, `Expr`, which is compared, re-rooted, put together and printed.

    include "app.fullname" . | trunc 63      call trunc: number 63, call include: text "app.fullname", dot

Parsing is total and lossless: what is no pipeline gives an `Expr` of kind "unparsed", and `render` gives back the text
that was parsed, character by character. `==` compares what is written without its spacing, parentheses and pipes;
`equivalent` is the test whether two expressions yield the same name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from rolloutgen.text_edits import Span

Kind = Literal["dot", "root", "variable", "text", "number", "field", "call", "method", "item", "unknown", "unparsed"]

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)'
    r"|(?P<number>'(?:[^'\\\n]|\\.)+'|[+-]?\.?\d(?:[\w.]|(?<=[eEpP])[+-])*)"
    r"|(?P<mark>[()|])"
    r"|(?P<chain>\$\w*(?:\.\w+)*|(?:\.\w+)+|\.)"
    r"|(?P<word>\w+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CONSTANTS = frozenset({"true", "false", "nil"})
_DEEPEST = 60  # brackets in brackets; nobody writes half of that
_PRINTF = re.compile(r"%[sv]")
_CACHED = 1 << 15
_NO_SPAN = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression; `tail` tells that it is a chain of fields (`.a.b`) of what ends just before it."""

    kind: str
    text: str
    start: int
    tail: bool = False

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of a chain: `a` and `b` of `$x.a.b`."""
        return tuple(name for name in self.text.split(".")[1:] if name)

    @property
    def head(self) -> str:
        """What a chain begins with: `$x` of `$x.a.b`, `.` of `.a.b`."""
        return self.text.partition(".")[0] or "."


@dataclass(frozen=True, slots=True)
class Expr:
    """A pipeline of a Go template, or a part of one.

    `kind` says what it is: the dot, `$` (root), a `variable`, a `text` (`text` is what it says), a `number` (also a
    character, `true`, `false`, `nil`), a `field` (`text`) of `parts[0]`, a `call` of the function `text` with `parts`,
    a `method` `parts[0]` with its arguments, an `item` of what a loop goes over, `unknown`, or `unparsed`. A stage of a
    pipeline is a call with what is piped behind its other parts, and a `template` action a call of `include`.

    `source` is the text (None for what was put together), without parentheses around a part; `span` is where it
    stands in the text that was parsed, and `piped` tells that the last part stands before the function.
    """

    kind: Kind
    text: str = ""
    parts: tuple[Expr, ...] = ()
    source: str | None = field(default=None, compare=False, repr=False)
    span: Span = field(default=_NO_SPAN, compare=False, repr=False)
    piped: bool = field(default=False, compare=False, repr=False)

    def __bool__(self) -> bool:
        """False for the empty expression: a condition that always holds, or a name that is not given."""
        return self.kind != "unparsed" or bool(self.text)

    def __str__(self) -> str:
        return self.render()

    def render(self) -> str:
        """Its text: as it was written, or in the plainest way where it was put together."""
        return _generate(self) if self.source is None else self.source

    def as_argument(self) -> str:
        """Its text where it is an argument: in parentheses unless it is a word, a literal or stands in some already."""
        code = self.render()
        return code if _is_word(code) else f"({code})"

    def as_text(self) -> str:
        """Template text that prints it: `{{ code }}`, and for a printf of plain parts the text with its actions, as
        people write it: `printf "%s-web" .Release.Name` gives `{{ .Release.Name }}-web`."""
        if self.kind == "text" and self.text and not {'"', "\\", "{"} & set(self.text):
            return self.text
        texts = printf_texts(self)
        if texts is not None:
            values = zip(self.parts[1:], texts[1:], strict=True)
            return texts[0] + "".join(f"{{{{ {value} }}}}{text}" for value, text in values)
        return f"{{{{ {self.render()} }}}}"

    def unwrap(self) -> Expr:
        """It without blanks and parentheses around all of it."""
        return _unwrap(self)

    def is_call(self, *functions: str) -> bool:
        """Whether it calls one of these functions (the last of a pipeline)."""
        return self.kind == "call" and self.text in functions

    @property
    def called_define(self) -> str:
        """The name of the define that it includes, "" where it does something else or puts the name together."""
        named = self.is_call("include") and self.parts[:1] and self.parts[0].kind == "text"
        return self.parts[0].text if named else ""

    @property
    def first(self) -> Expr:
        """The first stage of a pipeline, itself where it is none."""
        return self.parts[-1].first if self.piped and self.parts else self

    def nodes(self) -> Iterator[Expr]:
        """It and everything in it."""
        yield self
        for part in self.parts:
            yield from part.nodes()

    def operands(self) -> Iterator[Expr]:
        """It and every part that stands by itself: no `.a` of `.a.b`."""
        yield self
        base = self
        while base.kind == "field":
            base = base.parts[0]
        for part in base.parts if base is self else (base,) if base.kind in ("call", "method") else ():
            yield from part.operands()

    def occurrences(self, wanted: Callable[[Expr], bool]) -> Iterator[Span]:
        """Where the outermost operands that are `wanted` stand in its text, parentheses around them not included."""
        if wanted(self):
            yield self.span
            return
        inner = (part for part in self.operands() if part is not self)
        position = 0
        for part in sorted(inner, key=lambda part: (part.span.start, -part.span.end)):
            if part.span.start >= position and wanted(part):
                yield part.span
                position = part.span.end

    def entries(self) -> Mapping[str, Expr]:
        """The entries of a `dict` call with literal keys; of others none."""
        if not self.is_call("dict") or len(self.parts) % 2:
            return {}
        pairs = zip(self.parts[::2], self.parts[1::2], strict=True)
        return {key.text: value for key, value in pairs if key.kind == "text"}

    def path(self) -> tuple[Expr, tuple[str, ...]]:
        """What a chain of fields begins with, and the fields: (dot, ("Values", "a")) for `.Values.a`."""
        names: list[str] = []
        base = self
        while base.kind == "field":
            names.insert(0, base.text)
            base = base.parts[0]
        return base, tuple(names)

    def free_variables(self) -> frozenset[str]:
        """The variables that it reads, without their "$" (`$` alone is the root and not counted)."""
        found = (token.head[1:] for token in self.chains() if token.head[0] == "$")
        return frozenset(name for name in found if name)

    def reads_dot(self) -> bool:
        """Whether it reads the dot (`.` or `.Values`, not `$.Values`)."""
        return any(token.head == "." for token in self.chains())

    def chains(self) -> Iterator[Token]:
        """Every reading of the dot, of `$` or of a variable, with the fields behind it."""
        return (token for token in self.tokens() if token.kind == "chain" and not token.tail)

    def tokens(self) -> Sequence[Token]:
        """Its words in order, without the blanks between them."""
        return _tokens(self.render())

    def reroot(self, root: Expr, of: Expr | None = None) -> Expr:
        """It for a place that calls `root` what this expression calls the dot (or `$`, where that is `of`)."""
        base, old = root.as_argument(), "." if of is None else of.render()
        new = self.replace_chains(lambda token: _chain(base, token.names) if token.head == old else token.text)
        assert new is not None  # no text is missing
        return new

    def substitute(self, variable: str, value: Expr) -> Expr:
        """It with `value` in the place of a variable (named without its "$")."""
        base = value.as_argument()
        head = f"${variable}"
        new = self.replace_chains(lambda token: _chain(base, token.names) if token.head == head else token.text)
        assert new is not None  # no text is missing
        return new

    def with_fields(self, given: Mapping[str, Expr]) -> Expr | None:
        """It where the fields of its dot (or `$`) are `given`, as the code reads that makes the dict; None where it
        reads the dict otherwise."""

        def told(token: Token) -> str | None:
            if token.head not in (".", "$"):
                return token.text
            value = given.get(token.names[0]) if token.names else None
            return None if value is None else _chain(value.as_argument(), token.names[1:])

        return self.replace_chains(told)

    def replace_chains(self, new: Callable[[Token], str | None]) -> Expr | None:
        """It with another text for each of its `chains`; None where `new` gives none for one of them."""
        code = self.render()
        parts: list[str] = []
        position = 0
        for token in self.chains():
            told = new(token)
            if told is None:
                return None
            parts += (code[position : token.start], told)
            position = token.end
        text = "".join((*parts, code[position:]))
        return self if text == code else parse(text)

    def simplify(self) -> Expr:
        """It with lists and dicts that are written out looked into, and `tuple` and `first` as `list` and `index`."""
        return _simplify(self)

    def equivalent(self, *others: Expr) -> bool:
        """Whether it yields the same text as one of `others`, whichever way each is spelled: by pipes or brackets, with
        the root as `.` or `$`, with %s or %v in a format."""
        mine = _canonical(self)
        return any(mine == _canonical(other) for other in others)


DOT, ROOT = Expr("dot", source="."), Expr("root", source="$")


@lru_cache(maxsize=_CACHED)
def _tokens(code: str) -> tuple[Token, ...]:
    found: list[Token] = []
    for match in _TOKEN.finditer(code):
        kind, start = match.lastgroup or "", match.start()
        if kind == "space":
            continue
        before = found[-1] if found and found[-1].end == start else None
        behind = before is not None and (before.text == ")" or before.kind in ("word", "text", "chain", "number"))
        found.append(Token(kind, match[0], start, kind == "chain" and match[0][0] == "." and behind))
    return tuple(found)


@lru_cache(maxsize=_CACHED)
def parse(code: str) -> Expr:
    """The expression that a text (no braces, no keyword but `template`) is; of kind "unparsed" where it is none."""
    parser = _Parser(code, _tokens(code))
    try:
        found = parser.pipeline(0)
    except _NoPipelineError:
        found = None
    if found is None or parser.at != len(parser.tokens):
        bare = code.strip()
        start = code.find(bare)
        return Expr("unparsed", bare, (), code, Span(start, start + len(bare)))
    return replace(found, source=code)


EMPTY = Expr("unparsed", source="")  # a condition that always holds; a name that is not given


class _NoPipelineError(Exception):
    """A text is no pipeline."""


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, code: str, found: tuple[Token, ...]) -> None:
        self.code, self.tokens, self.at = code, found, 0

    def pipeline(self, depth: int) -> Expr:
        if depth > _DEEPEST:
            raise _NoPipelineError
        start = self._peek().start
        found = self._command(depth, None, start)
        while self._is("|"):
            self.at += 1
            found = self._command(depth, found, start)
        return found

    def _peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _is(self, mark: str) -> bool:
        token = self._peek()
        return token.kind == "mark" and token.text == mark

    def _command(self, depth: int, piped: Expr | None, start: int) -> Expr:
        """A function with its arguments and what is `piped` behind them; or one operand."""
        token = self._peek()
        last = () if piped is None else (piped,)
        if token.text == "template" and token.kind == "word" and not depth and piped is None:
            return self._template(start)
        if token.kind == "word" and token.text not in _CONSTANTS and not self._has_tail():
            self.at += 1
            parts = (*self._arguments(depth), *last)
            return self._node("call", token.text, parts, start, piped=piped is not None)
        first = self._operand(depth)
        arguments = (*self._arguments(depth), *last)
        if not arguments:
            return first
        if first.kind != "field":
            raise _NoPipelineError
        return self._node("method", "", (first, *arguments), start, piped=piped is not None)

    def _template(self, start: int) -> Expr:
        """`template "name" pipeline` as a call of `include`."""
        self.at += 1
        name = self._operand(1)
        handed = () if self._peek() is _END else (self.pipeline(1),)
        if name.kind != "text":
            raise _NoPipelineError
        return self._node("call", "include", (name, *handed), start)

    def _arguments(self, depth: int) -> Iterator[Expr]:
        while self._peek() is not _END and not self._is("|") and not self._is(")"):
            yield self._operand(depth)

    def _has_tail(self) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].tail

    def _operand(self, depth: int) -> Expr:
        token = self._peek()
        self.at += 1
        if token is _END or token.tail or token.kind == "other" or self._touches(token):
            raise _NoPipelineError
        if token.kind == "mark":
            if token.text != "(":
                raise _NoPipelineError
            found = self.pipeline(depth + 1)
            if not self._is(")"):
                raise _NoPipelineError
            self.at += 1
        elif token.kind == "chain":
            base = DOT if token.head == "." else ROOT if token.head == "$" else Expr("variable", token.head[1:])
            found = self._node(base.kind, base.text, (), token.start, end=token.start + len(token.head))
            end = token.start + (len(token.head) if token.head != "." else 0)
            for name in token.names:
                end += len(name) + 1
                found = self._node("field", name, (found,), token.start, end=end)
            return found
        elif token.kind == "text":
            found = self._node("text", _unquote(token.text), (), token.start)
        elif token.kind == "number" or token.text in _CONSTANTS:
            found = self._node("number", token.text, (), token.start)
        else:
            found = self._node("call", token.text, (), token.start)
        tail = self._peek()
        if tail is not _END and tail.tail:
            if found.kind in ("text", "number") or tail.text == ".":
                raise _NoPipelineError
            self.at += 1
            end = tail.start
            for name in tail.names:
                end += len(name) + 1
                found = self._node("field", name, (found,), token.start, end=end)
        return found

    def _touches(self, token: Token) -> bool:
        """Whether no blank parts an operand from the one before it."""
        if self.at < 2:
            return False
        before = self.tokens[self.at - 2]
        return before.end == token.start and (before.kind != "mark" or before.text == ")")

    def _node(
        self, kind: Kind, text: str, parts: tuple[Expr, ...], start: int, *, end: int = -1, piped: bool = False
    ) -> Expr:
        span = Span(start, self.tokens[self.at - 1].end if end < 0 else end)
        return Expr(kind, text, parts, span.of(self.code), span, piped)


_END = Token("end", "", 0)


def _unquote(literal: str) -> str:
    if literal[0] == "`":
        return literal[1:-1]
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return literal[1:-1]  # escapes that JSON does not know


def quote(text: str) -> str:
    """A text as a literal of a template."""
    return json.dumps(text, ensure_ascii=False)


@lru_cache(maxsize=_CACHED)
def _is_word(code: str) -> bool:
    """Whether a text is an argument as it is: one word or literal, or all of it in parentheses."""
    found = _tokens(code)
    if len(found) == 1:
        return found[0].kind in ("chain", "word", "number") or (found[0].kind == "text" and "\\" not in code)
    return bool(found) and found[0].text == "(" and _closing(found) == len(found) - 1


def _closing(found: Sequence[Token]) -> int:
    """The index of the bracket that closes the first one; -1 where there is none."""
    depth = 0
    for index, token in enumerate(found):
        if token.kind == "mark":
            depth += (token.text == "(") - (token.text == ")")
            if not depth:
                return index
    return -1


def _unwrap(expr: Expr) -> Expr:
    code = expr.render().strip()
    while (found := _tokens(code)) and found[0].text == "(" and _closing(found) == len(found) - 1:
        code = code[1:-1].strip()
    return expr if code == expr.source else parse(code)


def _chain(base: str, names: Sequence[str]) -> str:
    """The fields `names` of what `base` says."""
    rest = "".join(f".{name}" for name in names)
    return (rest or base) if base == "." else base + rest


def _generate(expr: Expr) -> str:
    if expr.kind == "text":
        return quote(expr.text)
    if expr.kind == "field":
        base = expr.parts[0]
        return _chain(base.as_argument() if base.kind in ("call", "method") else base.render(), (expr.text,))
    if expr.kind in ("call", "method"):
        head = (expr.text,) if expr.kind == "call" else ()
        return " ".join((*head, *(part.as_argument() for part in expr.parts)))
    return {"dot": ".", "root": "$", "variable": f"${expr.text}"}.get(expr.kind, expr.text)


def call(function: str, *parts: Expr) -> Expr:
    """A call that is put together."""
    return Expr("call", function, parts)


def include(define: str, handed: Expr | str = DOT) -> Expr:
    """The call of a define: `include "app.name" .`."""
    return parse(f"include {quote(define)} {handed.as_argument() if isinstance(handed, Expr) else handed}")


def as_include(code: Expr) -> Expr:
    """`template "name" .`, which only an action may say, as `include "name" .`; any other expression as it is."""
    bare = code.render().strip()
    return parse("include" + bare.removeprefix("template")) if bare.startswith("template") else code


def as_number(code: Expr) -> Expr:
    """A literal text of digits, as YAML writes a number, as that number; any other expression as it is."""
    return parse(code.text) if code.kind == "text" and code.text.isdecimal() else code


def printf_texts(code: Expr) -> list[str] | None:
    """The literal texts before, between and behind what a printf of plain parts prints by %s and %v, one more than its
    values; None for another expression."""
    if not code.is_call("printf") or code.piped or not code.parts or code.parts[0].kind != "text":
        return None
    texts = _PRINTF.split(code.parts[0].text)
    plain = len(texts) == len(code.parts) > 1 and not any({'"', "\\", "%"} & set(text) for text in texts)
    return texts if plain else None


def fields(base: Expr, *names: str) -> Expr:
    """`base.a.b`, looked up where `base` is a dict that is written out."""
    for name in names:
        plain = base.is_call("dict") and all(key.kind == "text" for key in base.parts[::2])
        held = base.entries().get(name) if plain else None
        base = held or Expr("field", name, (base,))
    return base


def look_up(function: str, parts: tuple[Expr, ...]) -> Expr:
    """A call, looked up where it reads a list or dict that is written out."""
    function = "list" if function == "tuple" else function
    if function == "first" and len(parts) == 1:
        return look_up("index", (*parts, Expr("number", "0")))
    if function in ("index", "get") and len(parts) == 2:
        held, key = parts
        if held.is_call("list") and key.kind == "number" and key.text.isdigit():
            return held.parts[int(key.text)] if int(key.text) < len(held.parts) else call(function, *parts)
        if key.kind == "text" and (held.text == "dict" or function == "get"):
            return fields(held, key.text)
    return call(function, *parts)


@lru_cache(maxsize=_CACHED)
def _simplify(expr: Expr) -> Expr:
    parts = tuple(map(_simplify, expr.parts))
    if expr.kind == "field":
        return fields(parts[0], expr.text)
    if expr.kind == "call":
        return look_up(expr.text, parts)
    return Expr(expr.kind, expr.text, parts) if parts else expr


@lru_cache(maxsize=_CACHED)
def _canonical(expr: Expr) -> Expr:
    """What two equivalent expressions have in common."""
    return _uniform(_simplify(expr))


def _uniform(expr: Expr) -> Expr:
    if expr.kind == "root":
        return DOT
    parts = tuple(map(_uniform, expr.parts))
    if not expr.is_call("printf") or not parts or parts[0].kind != "text":
        return replace(expr, parts=parts)
    # The words that a printf is handed go into its format. A name is text: %s and %v make no difference.
    form = parts[0].text.replace("%s", "%v")
    kept: list[tuple[str, Expr]] = []
    for part in parts[1:]:
        before, _, form = form.partition("%v")
        kept.append((before, part))
    text = "".join(before + (part.text if part.kind == "text" else "%v") for before, part in kept) + form
    arguments = tuple(part for _, part in kept if part.kind != "text")
    form_part = Expr("text", text)
    return Expr("call", "printf", (form_part, *arguments)) if arguments else form_part


def all_of(conditions: Sequence[Expr]) -> Expr:
    """The expression that is true where all of `conditions` are; `EMPTY` for none."""
    return _joined("and", conditions)


def any_of(conditions: Sequence[Expr]) -> Expr:
    """The expression that is true where one of `conditions` is; `EMPTY` for none."""
    return _joined("or", conditions)


def _joined(word: str, conditions: Sequence[Expr]) -> Expr:
    if len(conditions) < 2:
        return conditions[0] if conditions else EMPTY
    return parse(" ".join((word, *(condition.as_argument() for condition in conditions))))


def negate(condition: Expr) -> Expr:
    """The expression that is true where `condition` is not."""
    return parse(f"not {condition.as_argument()}")
