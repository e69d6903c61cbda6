"""The part of CEL that CustomResourceDefinitions use: an expression over `self` -> a Python function.

What the API server would report as a failed evaluation (a missing key, an index out of range) raises CelError, which
counts as a broken rule, as it does there. An expression outside this part raises CelSyntaxError when it is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from rolloutgen.schema.cel_eval import (
    FUNCTIONS,
    MACROS,
    METHODS,
    STEPS,
    CelError,
    CelTooLongError,
    Expression,
    arithmetic,
    compare,
    element,
    field,
    logic,
    macro,
    mapping,
    truth,
    variable,
)

Rule = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<raw>r\"\"\"(?:.|\n)*?\"\"\"|r'[^'\n]*'|r"[^"\n]*")
    |(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
    |(?P<number>\d+\.\d+|\d+)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>\|\||&&|[<>=!]=|[-+*/%<>!?:.,()\[\]{}]))""",
    re.VERBOSE,
)
_MOST_STEPS = 100_000
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_KEYWORD = re.compile(r"^__([a-z]+)__$")  # a field named like a CEL keyword: `__namespace__`


class CelSyntaxError(ValueError):
    """An expression that we do not understand."""


@cache
def compiled(rule: str) -> Rule:
    """Whether the rule holds, as a function of `self`. Raises CelSyntaxError."""
    parser = _Parser(rule)
    expression = parser.ternary()
    parser.expect_end()

    def holds(value: Any) -> bool:
        try:
            return expression({"self": value, STEPS: [_MOST_STEPS]}) is True
        except (CelError, TypeError):
            return False
        except CelTooLongError:
            return True  # nested loops over thousands of items; the server has a budget of its own

    return holds


class _Parser:
    """Recursive descent over the tokens; each method returns a closure for one level of precedence."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise CelSyntaxError(f"cannot read {text[position:]!r}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.at = 0

    def peek(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        return text if kind in ("sign", "name") else ""

    def take(self, *texts: str) -> str:
        if self.peek() in texts and self.peek():
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise CelSyntaxError(f"expected {text!r} before token {self.at}")

    def expect_end(self) -> None:
        if self.at != len(self.tokens):
            raise CelSyntaxError(f"left over: {self.tokens[self.at][1]!r}")

    def ternary(self) -> Expression:
        condition = self.either()
        if not self.take("?"):
            return condition
        then = self.ternary()
        self.expect(":")
        otherwise = self.ternary()
        return lambda scope: then(scope) if truth(condition(scope)) else otherwise(scope)

    def either(self) -> Expression:
        left = self.both()
        while self.take("||"):
            left = logic(left, self.both(), decided_by=True)
        return left

    def both(self) -> Expression:
        left = self.relation()
        while self.take("&&"):
            left = logic(left, self.relation(), decided_by=False)
        return left

    def relation(self) -> Expression:
        left = self.sum()
        while sign := self.take("==", "!=", "<", "<=", ">", ">=", "in"):
            left = compare(sign, left, self.sum())
        return left

    def sum(self) -> Expression:
        left = self.product()
        while sign := self.take("+", "-"):
            left = arithmetic(sign, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.unary()
        while sign := self.take("*", "/", "%"):
            left = arithmetic(sign, left, self.unary())
        return left

    def unary(self) -> Expression:
        if self.take("!"):
            operand = self.unary()
            return lambda scope: not truth(operand(scope))
        if self.take("-"):
            operand = self.unary()
            return lambda scope: -operand(scope)
        return self.member()

    def member(self) -> Expression:
        out = self.primary()
        while sign := self.take(".", "["):
            if sign == "[":
                out = element(out, self.ternary())
                self.expect("]")
                continue
            name = self.name()
            out = self.call(out, name) if self.take("(") else field(out, _unescaped(name))
        return out

    def name(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        if kind != "name":
            raise CelSyntaxError(f"expected a name, not {text!r}")
        self.at += 1
        return text

    def call(self, target: Expression, name: str) -> Expression:
        if name in MACROS:
            each = self.name()
            self.expect(",")
            body = self.ternary()
            self.expect(")")
            return macro(MACROS[name], target, each, body)
        if name not in METHODS:
            raise CelSyntaxError(f"no method {name}")
        arguments = self.arguments(")")
        return lambda scope: METHODS[name](target(scope), *(argument(scope) for argument in arguments))

    def arguments(self, end: str) -> list[Expression]:
        out: list[Expression] = []
        while not self.take(end):
            out.append(self.ternary())
            if not self.take(",") and self.peek() != end:
                raise CelSyntaxError(f"expected ',' or {end!r}")
        return out

    def primary(self) -> Expression:
        if self.take("("):
            inner = self.ternary()
            self.expect(")")
            return inner
        if self.take("["):
            items = self.arguments("]")
            return lambda scope: [item(scope) for item in items]
        if self.take("{"):
            self.expect("}")
            return lambda scope: {}
        if self.at >= len(self.tokens):
            raise CelSyntaxError("the expression ends too early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "name":
            return self.named(text)
        value = _literal(kind, text)
        return lambda scope: value

    def named(self, name: str) -> Expression:
        if not self.take("("):
            if name in _WORDS:
                return lambda scope: _WORDS[name]
            return lambda scope: variable(scope, name)
        if name == "has":
            return self.has()
        if name not in FUNCTIONS:
            raise CelSyntaxError(f"no function {name}")
        arguments = self.arguments(")")
        return lambda scope: FUNCTIONS[name](*(argument(scope) for argument in arguments))

    def has(self) -> Expression:
        start = self.at
        depth = 1
        while depth and self.at < len(self.tokens):
            depth += {"(": 1, ")": -1}.get(self.peek(), 0)
            self.at += 1
        end, kept = self.at, self.tokens
        kind, name = kept[end - 2]
        if kind != "name" or kept[end - 3] != ("sign", "."):
            raise CelSyntaxError("has() takes a field")
        self.tokens, self.at = kept[start : end - 3], 0
        target = self.member()
        self.expect_end()
        self.tokens, self.at = kept, end
        wanted = _unescaped(name)
        return lambda scope: wanted in mapping(target(scope))


def _literal(kind: str, text: str) -> Any:
    if kind == "raw":
        return text[4:-3] if text.startswith('r"""') else text[2:-1]
    if kind == "text":
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])
    if kind == "number":
        return float(text) if "." in text else int(text)
    raise CelSyntaxError(f"unexpected {text!r}")


def _unescaped(name: str) -> str:
    match = _KEYWORD.match(name)
    return match[1] if match else name
