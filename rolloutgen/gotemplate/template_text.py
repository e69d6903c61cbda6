"""Texts with template actions in them: as one expression, for another root, and compared part by part.

{{ include "app.name" . }}-web     <->     printf "%s-web" (include "app.name" .)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rolloutgen.errors import ChartError
from rolloutgen.gotemplate.clauses import read_clause
from rolloutgen.gotemplate.expressions import DOT, Expr, as_include, parse, quote
from rolloutgen.gotemplate.lexer import CONTROL, OPENERS, Action, lex
from rolloutgen.text_edits import Span

_INDENT = re.compile(r"\b(n?indent) (\d+)")
_WORD = re.compile(r"[\w.-]+")
_ROOT_TEXTS = frozenset({("Release", "Name"), ("Release", "Namespace")})


def expression(value: str) -> Expr | None:
    """The expression that yields what `value`, the source text of a YAML scalar, renders to.

    `{{ include "x" . }}-web` gives `printf "%s-web" (include "x" .)`. None where control flow or a YAML construct in
    the text makes that impossible.
    """
    text = _scalar_text(value.strip())
    if text is None:
        return None
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
        return parse(quote(text))
    if len(actions) == 1 and actions[0].span == Span(0, len(text)):
        return _unquote(_unindent(parse(actions[0].inner.of(text).strip())))
    return _printf(text, actions)


def _scalar_text(text: str) -> str | None:
    """A scalar's text without the quotes around it; None for a YAML construct that is no plain scalar."""
    if text[:1] in ("|", ">", "&", "*", "!", "[", "{") and not text.startswith("{{"):
        return None
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        return text
    inner, mark = text[1:-1], text[0]
    if mark in inner.replace("\\" + mark, "") and "{{" not in text:
        return text
    if mark == '"' and "\\" in re.sub(r"\{\{.*?\}\}", "", inner):
        return None
    return inner


def _printf(text: str, actions: Sequence[Action]) -> Expr:
    parts: list[str] = []
    codes: list[Expr] = []
    position = 0
    for action in actions:
        parts.append(text[position : action.span.start].replace("%", "%%"))
        position = action.span.end
        if action.keyword != "comment":
            codes.append(_unquote(parse(action.inner.of(text).strip())))
            parts.append("%s" if _is_text(codes[-1]) else "%v")
    parts.append(text[position:].replace("%", "%%"))
    if len(codes) == 1 and "".join(parts) in ("%v", "%s"):
        return codes[0]
    return parse(" ".join(("printf", quote("".join(parts)), *(code.as_argument() for code in codes))))


def _is_text(code: Expr) -> bool:
    """Whether an expression yields a text whatever the values are."""
    base, names = code.path()
    root = base.kind in ("dot", "root") and (names in _ROOT_TEXTS or (len(names) == 2 and names[0] == "Chart"))
    return root or code.first.is_call("include")


def _unquote(code: Expr) -> Expr:
    """An expression without the quotes that YAML takes off again."""
    if code.is_call("quote", "squote") and len(code.parts) == 1:
        return parse(code.parts[0].render())
    return as_include(code)


def _unindent(code: Expr) -> Expr:
    """The value of an action that puts it on a line of its own."""
    return parse(code.parts[1].render()) if is_indented(code) else code


def is_quoted(code: Expr) -> bool:
    """Whether an expression ends in `| quote`."""
    return code.is_call("quote", "squote") and code.piped and len(code.parts) == 1


def printed_yaml(code: Expr) -> Expr | None:
    """The value that `toYaml VALUE | nindent N` prints; None for another expression."""
    bare = unindented(code)
    return bare.parts[0] if bare.is_call("toYaml") and len(bare.parts) == 1 else None


def unindented(code: Expr) -> Expr:
    """An expression without the `| nindent N` and `| trim` behind it."""
    return unindented(code.parts[-1]) if is_indented(code) or (code.is_call("trim") and code.piped) else code


def is_indented(code: Expr) -> bool:
    """Whether an expression ends in `| nindent N`, which moves its text and leaves it as it is."""
    return code.is_call("nindent", "indent") and code.piped and len(code.parts) == 2


def reroot_text(text: str, root: Expr) -> str:
    """Template text whose actions read the root as `.`, for a place where the root is called `root`."""
    if root == DOT:
        return text
    parts: list[str] = []
    position = 0
    moved: list[bool] = []  # for each open block, whether it gave the dot another meaning
    for action in lex(text):
        if action.keyword == "comment":
            continue
        inner = action.inner.of(text)
        clause = read_clause(inner)
        if action.keyword in ("end", "else") and moved:
            moved.pop()
        if not any(moved):
            start = action.inner.start + clause.start
            glue = " " if clause.keyword and clause.expr and not inner[: clause.start][-1:].isspace() else ""
            kept = inner[clause.start + len(clause.expr.render()) :]
            parts += (text[position:start], glue, clause.expr.reroot(root).render(), kept)
            position = action.inner.end
        if action.keyword in OPENERS or action.keyword == "else":
            moved.append(clause.moves_dot)
    return "".join((*parts, text[position:]))


def text_with_fields(text: str, given: Mapping[str, Expr]) -> str | None:
    """A text of a define as it reads where the dict `given` is made; None where it cannot be told there."""
    parts: list[str] = []
    position = 0
    for action in lex(text):
        if action.keyword == "comment":
            continue
        inner = action.inner.of(text)
        clause = read_clause(inner)
        new = None if clause.moves_dot else clause.expr.with_fields(given)
        if new is None:
            return None
        plain = not clause.keyword and not action.trim_left and not action.trim_right
        if plain and new.kind == "text" and _WORD.fullmatch(new.text):
            parts += (text[position : action.span.start], new.text)
            position = action.span.end
            continue
        kept = inner[clause.start + len(clause.expr.render()) :]
        parts += (text[position : action.inner.start + clause.start], new.render(), kept)
        position = action.inner.end
    return "".join((*parts, text[position:]))


def shift_indents(text: str, columns: int) -> str:
    """A text whose actions print their lines further right by so many columns."""
    return _INDENT.sub(lambda found: f"{found[1]} {int(found[2]) + columns}", text) if columns else text


@lru_cache(maxsize=1 << 12)
def pieces_of(text: str) -> tuple[str | Expr, ...]:
    """The literal parts of a text and the expressions that its actions print, in turn: a literal first and last. A
    text with an action that never ends is one literal."""
    found: list[str | Expr] = []
    position = 0
    try:
        actions = lex(text)
    except ChartError:
        return (text,)
    for action in actions:
        found += (text[position : action.span.start], parse(action.inner.of(text).strip()))
        position = action.span.end
    return (*found, text[position:])


def rest_behind(text: str, name: Sequence[str | Expr]) -> str | None:
    """What follows in a text that begins with the pieces `name`; None where it begins otherwise."""
    try:
        actions = lex(text)
    except ChartError:
        return None
    end = _end_of_pieces(text, 0, actions, name)
    return None if end is None else text[end:]


def find_pieces(text: str, actions: Sequence[Action], name: Sequence[str | Expr]) -> Iterator[Span]:
    """Where the pieces `name` stand in a text with these actions, but for what is code of an action."""
    lead = name[0] if isinstance(name[0], str) else ""
    if len(name) == 1 and lead:
        position = text.find(lead)
        while position >= 0:
            if not any(action.span.start < position < action.span.end for action in actions):
                yield Span(position, position + len(lead))
            position = text.find(lead, position + len(lead))
        return
    for index, action in enumerate(actions):
        start = action.span.start - len(lead)
        end = _end_of_pieces(text, start, actions[index:], name) if start >= 0 else None
        if end is not None:
            yield Span(start, end)


def _end_of_pieces(text: str, start: int, actions: Sequence[Action], name: Sequence[str | Expr]) -> int | None:
    """Behind the pieces `name`, where they stand at `start`; the first of `actions` is the first behind that."""
    position = start
    following = iter(actions)
    for piece in name:
        if isinstance(piece, str):
            if not text.startswith(piece, position):
                return None
            position += len(piece)
            continue
        action = next(following, None)
        if action is None or action.span.start != position:
            return None
        if not piece.equivalent(parse(action.inner.of(text).strip())):
            return None
        position = action.span.end
    return position
