"""The code of a template action as a tree: enough to follow what is handed to a define, and to compare two expressions.

include "app.deployment" (dict "root" $ "name" "web")    ->  call include: text, call dict: text, root, text, text
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)+'|[()|]|[^\s()|\"`']+")
_WORD = re.compile(r"(\$\w*|\.)?((?:\.?\w+)(?:\.\w+)*)?")
_NUMBER = re.compile(r"[+-]?\d")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Code:
    """One expression. `kind` is dot, root (`$`), variable, text, number, field (`text` of `parts[0]`) or call (the
    function `text` with `parts`)."""

    kind: str
    text: str = ""
    parts: tuple[Code, ...] = ()


DOT, ROOT = Code("dot"), Code("root")


def read(code: str) -> Code | None:
    """The tree of an expression (no braces, no keyword); None for what is no plain expression."""
    if _TOKEN.sub("", code).strip():
        return None
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(code)]
    tree, position = _pipeline(tokens, 0)
    return tree if position == len(tokens) else None


def nodes(tree: Code) -> Iterator[Code]:
    """A tree and everything in it."""
    yield tree
    for part in tree.parts:
        yield from nodes(part)


def field(base: Code, *names: str) -> Code:
    """`base.a.b`, looked up where `base` is a dict that is written out."""
    for name in names:
        held = _entry(base, name) if base.kind == "call" and base.text == "dict" else None
        base = held or Code("field", name, (base,))
    return base


def called(name: str, parts: tuple[Code, ...]) -> Code:
    """A call, looked up where it reads a list or dict that is written out."""
    name = "list" if name == "tuple" else name
    if name == "first" and len(parts) == 1:
        return called("index", (*parts, Code("number", "0")))
    if name in ("index", "get") and len(parts) == 2:
        held, key = parts
        if held.kind == "call" and held.text == "list" and key.kind == "number" and key.text.isdigit():
            return held.parts[int(key.text)] if int(key.text) < len(held.parts) else Code("call", name, parts)
        if key.kind == "text" and (held.text == "dict" or name == "get"):
            return field(held, key.text)
    return Code("call", name, parts)


def entries(tree: Code) -> dict[str, Code]:
    """The entries of a `dict` call with literal keys; of others none."""
    if tree.kind != "call" or tree.text != "dict" or len(tree.parts) % 2:
        return {}
    return {key.text: value for key, value in zip(tree.parts[::2], tree.parts[1::2], strict=True) if key.kind == "text"}


def _entry(tree: Code, name: str) -> Code | None:
    plain = all(key.kind == "text" for key in tree.parts[::2])
    return entries(tree).get(name) if plain else None


def _pipeline(tokens: list[tuple[str, int]], position: int) -> tuple[Code | None, int]:
    tree, position = _command(tokens, position, ())
    while tree and position < len(tokens) and tokens[position][0] == "|":
        tree, position = _command(tokens, position + 1, (tree,))
    return tree, position


def _command(tokens: list[tuple[str, int]], position: int, last: tuple[Code, ...]) -> tuple[Code | None, int]:
    """A function with its arguments, `last` behind them; or one operand."""
    if position >= len(tokens):
        return None, position
    name = tokens[position][0]
    function = _NAME.fullmatch(name) is not None and name not in ("true", "false", "nil")
    position += function
    parts: list[Code] = []
    while position < len(tokens) and tokens[position][0] not in ("|", ")"):
        part, position = _operand(tokens, position)
        if part is None:
            return None, position
        parts.append(part)
    if function:
        return called(name, (*parts, *last)), position
    return (parts[0] if len(parts) == 1 and not last else None), position


def _operand(tokens: list[tuple[str, int]], position: int) -> tuple[Code | None, int]:
    if position >= len(tokens):
        return None, position
    token, _ = tokens[position]
    if token == "(":
        tree, position = _pipeline(tokens, position + 1)
        if tree is None or position >= len(tokens) or tokens[position][0] != ")":
            return None, position
        end = tokens[position][1] + 1
        position += 1
        if position < len(tokens) and tokens[position][1] == end and tokens[position][0][:1] == ".":
            return field(tree, *tokens[position][0][1:].split(".")), position + 1
        return tree, position
    if token[0] in '"`':
        return Code("text", token[1:-1]), position + 1
    if token[0] == "'" or _NUMBER.match(token) or token in ("true", "false", "nil"):
        return Code("number", token), position + 1
    match = _WORD.fullmatch(token)
    if match is None or token in ("|", ")", ":=", "="):
        return None, position
    if _NAME.fullmatch(token):
        return Code("call", token), position + 1
    head, rest = match[1] or "", (match[2] or "").strip(".")
    base = DOT if head in ("", ".") else ROOT if head == "$" else Code("variable", head[1:])
    return field(base, *rest.split(".")) if rest else base, position + 1
