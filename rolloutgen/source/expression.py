"""Template expressions: turning the text of a YAML value into one, and asking what it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import ChartError
from ..text import Span
from .gotmpl import CONTROL, Template, first_literal, lex, strip_literals

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


def assigned(template: Template) -> Iterator[tuple[str, str]]:
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
