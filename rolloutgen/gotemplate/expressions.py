"""The code of a template action as a tree: enough to follow what is handed to a define, and to compare two expressions.

include "app.deployment" (dict "root" $ "name" "web")    ->  call include: text, call dict: text, root, text, text

Template expressions: turning the text of a YAML value into one, and asking what it depends on.

Expressions and texts that read the root as `.`, for places where the root is called otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.lexer import CONTROL, OPENERS, LexedTemplate, first_literal, lex, strip_literals
from rolloutgen.text_edits import Span

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


_TEMPLATE = re.compile(r"^\s*template\b")
_QUOTE = re.compile(r"\s*\|\s*s?quote\s*$")
_QUOTED = re.compile(r"s?quote\s+((?:[$.\w]+|\(.*\)))\s*", re.DOTALL)
_INDENT = re.compile(r"\s*\|\s*n?indent\s+\d+\s*$")
_ASSIGNED = re.compile(r"\s*(\$\w+)\s*:?=\s*(.*?)\s*", re.DOTALL)
_VARIABLE = re.compile(r"\$(\w+)")
_SIMPLE = re.compile(r"[$.\w]+$|\"[^\"\\]*\"$")
# What is a string whatever the values are.
_STRING = re.compile(r"include\b|\$?\.Release\.(?:Name|Namespace)$|\$?\.Chart\.\w+$")
_DOT = re.compile(r"(?<![\w$\")\]])\.(?!\.)")


def expression(value: str) -> str | None:
    """The Go template expression (without braces) that yields what `value` renders to.

    `value` is the source text of a YAML scalar: `{{ include "x" . }}-web` gives `printf "%s-web" (include "x" .)`.
    None where control flow or a YAML construct in the text makes that impossible.
    """
    text = value.strip()
    if text[:1] in ("|", ">", "&", "*", "!", "[", "{") and not text.startswith("{{"):
        return None
    if (
        len(text) > 1
        and text[0] == text[-1]
        and text[0] in "\"'"
        and not (text[0] in text[1:-1].replace("\\" + text[0], "") and "{{" not in text)
    ):
        inner = text[1:-1]
        if text[0] == '"' and "\\" in re.sub(r"\{\{.*?\}\}", "", inner):
            return None
        text = inner
    try:
        actions = lex(text)
    except ChartError:
        return None
    if any(action.keyword in CONTROL and action.keyword != "comment" for action in actions):
        return None
    if "\n" in text:
        broken = [action.span.of(text) for action in actions if "\n" in action.span.of(text)]
        if any("`" in piece for piece in broken) or text.count("\n") != sum(piece.count("\n") for piece in broken):
            return None
        return expression(re.sub(r"\s*\n\s*", " ", text))
    if not actions:
        return _literal(text)
    if len(actions) == 1 and actions[0].span == Span(0, len(text)) and _INDENT.search(actions[0].inner.of(text)):
        return expression(f"{{{{ {_INDENT.sub('', actions[0].inner.of(text))} }}}}")  # the value on a line of its own
    parts: list[str] = []
    codes: list[str] = []
    position = 0
    for action in actions:
        parts.append(text[position : action.span.start].replace("%", "%%"))
        position = action.span.end
        if action.keyword != "comment":
            codes.append(_code(action.inner.of(text)))
            parts.append("%s" if _STRING.match(codes[-1]) else "%v")
    parts.append(text[position:].replace("%", "%%"))
    if len(codes) == 1 and "".join(parts) in ("%v", "%s"):
        return codes[0]
    arguments = " ".join(code if _SIMPLE.match(code) else f"({code})" for code in codes)
    return f"printf {_literal(''.join(parts))} {arguments}"


def _code(inner: str) -> str:
    code = _QUOTE.sub("", _TEMPLATE.sub("include", inner.strip()))
    quoted = _QUOTED.fullmatch(code)  # `quote .Values.name`, `quote (printf ..)`
    if not quoted or (quoted[1][0] == "(" and unwrapped(quoted[1]) == quoted[1]):
        return code
    return unwrapped(quoted[1])


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def printed(code: str) -> str:
    """Template text that prints an expression: `{{ code }}`, and for a printf of plain parts the text with its actions,
    as people write it: `printf "%s-web" .Release.Name` gives `{{ .Release.Name }}-web`."""
    if re.fullmatch(r'"[^"\\{]+"', code):
        return code[1:-1]
    match = re.fullmatch(r'printf "((?:[^"\\%]|%[sv])*)" (.+)', code, re.DOTALL)
    parts = re.split(r"%[sv]", match[1]) if match else []
    arguments = re.findall(r"\((?:[^()\"]|\"[^\"]*\")*\)|[^\s()]+", match[2]) if match else []
    if match is None or len(parts) != len(arguments) + 1 or " ".join(arguments) != match[2]:
        return f"{{{{ {code} }}}}"
    texts = [
        f"{{{{ {argument[1:-1] if argument[0] == '(' else argument} }}}}{part}"
        for argument, part in zip(arguments, parts[1:], strict=True)
    ]
    return parts[0] + "".join(texts)


def unwrapped(code: str) -> str:
    """`code` without parentheses around all of it."""
    code = code.strip()
    while code.startswith("(") and code.endswith(")"):
        depth = 0
        for position, sign in enumerate(strip_literals(code)):
            depth += (sign == "(") - (sign == ")")
            if not depth and position < len(code) - 1:
                return code
        code = code[1:-1].strip()
    return code


def grouped(code: str) -> str:
    """`code` so that it can be an argument: parenthesised unless it is a single word or literal."""
    return code if _SIMPLE.match(code) else f"({code})"


def all_of(codes: Sequence[str]) -> str:
    """The expression that is true where all of `codes` are, "" for none."""
    return " ".join(("and", *map(grouped, codes))) if len(codes) > 1 else "".join(codes)


def assigned(template: LexedTemplate) -> Iterator[tuple[str, str]]:
    """Each variable that an action of a file sets, with its "$", and what it is set to; several times what is set
    several times."""
    for action in template.actions:
        found = _ASSIGNED.fullmatch(action.inner.of(template.text))
        if found:
            yield found[1], found[2]


def free_variables(code: str) -> frozenset[str]:
    """The template variables that an expression or a text of actions reads (`$` alone is the root and not counted)."""
    return frozenset(_VARIABLE.findall(strip_literals(code)))


def reads_dot(code: str) -> bool:
    """Whether an expression reads the dot (`.` or `.Values`, not `$.Values`)."""
    return _DOT.search(strip_literals(code)) is not None


def included(code: str) -> str:
    """The name of the define that an `include`/`template` action calls with a literal, else ""."""
    return first_literal(code) if re.match(r"\s*(?:include|template)\s+[\"`]", code) else ""


_HEAD = re.compile(r"\s*(?:else\s+)?(?:if|with|range)\b")


def with_root(code: str, root: str) -> str:
    """An expression that reads the root as `.`, for a place where the root is called otherwise."""
    return re.sub(
        r"(?<![\w$\")\]\"])\.(?=[A-Za-z]|\s|\)|$)", lambda match: root if not _member(code, match) else f"{root}.", code
    )


def _member(code: str, match: re.Match[str]) -> bool:
    return code[match.end() : match.end() + 1].isalpha()


def rooted(text: str, root: str) -> str:
    """Template text whose actions read the root as `.`, for a place where the root is called `root`."""
    if root == ".":
        return text
    parts: list[str] = []
    position = 0
    moved: list[bool] = []  # for each open block, whether it gave the dot another meaning
    for action in lex(text):
        code = action.inner.of(text)
        if action.keyword in ("end", "else") and moved:
            moved.pop()
        if not any(moved):
            head = _HEAD.match(code)
            start = head.end() if head else 0
            glue = "" if not head or code[start : start + 1].isspace() else " "
            parts += (text[position : action.inner.start], code[:start], glue, with_root(code[start:], root))
            position = action.inner.end
        if action.keyword in OPENERS:
            moved.append(action.keyword in ("range", "with"))
        elif action.keyword == "else":
            moved.append(bool(re.match(r"\s*else\s+with\b", code)))
    return "".join((*parts, text[position:]))
