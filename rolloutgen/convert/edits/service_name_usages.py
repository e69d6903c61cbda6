"""How templates write the old name of a Service, and finding it in their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.gotemplate.expressions import assigned, printed, unwrapped
from rolloutgen.gotemplate.sources import Source
from rolloutgen.text_edits import Span

_WORDS = re.compile(r"\"[^\"]*\"|[()|]|[^\s\"()|]+")


@dataclass(frozen=True)
class Name:
    """The old Service name as templates write it: the text at the Service, the expressions that mean it (the Service's
    own first). `skipped` are spans of files that stay."""

    text: str
    codes: tuple[str, ...]
    terms: Terms
    skipped: frozenset[tuple[str, Span]]


def any_of(name: Name) -> re.Pattern[str]:
    """Matches each expression that means the name."""
    return re.compile("|".join(pattern_of(code).pattern for code in name.codes))


def beside(name: Name, source: Source) -> Name:
    """`name` with the variables that hold it in one file, wherever they are set there."""
    found = [variable for variable in holders(name, source) if variable not in name.codes]
    return replace(name, codes=(*name.codes, *found)) if found else name


def holders(name: Name, source: Source) -> list[str]:
    """The variables of a file, with their "$", that are set to the name wherever they are set."""
    pattern = any_of(name)
    held: dict[str, bool] = {}
    for variable, value in assigned(source.template):
        held[variable] = held.get(variable, True) and pattern.fullmatch(unwrapped(value)) is not None
    return [variable for variable, always in held.items() if always]


def pattern_of(code: str) -> re.Pattern[str]:
    """Matches the expression `code` however it is spaced and whichever way the root is named."""
    parts: list[str] = []
    words = _WORDS.findall(code)
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word.startswith('"'):
            parts.append(re.escape(word))
        elif word in (".", "$"):
            parts.append(r"(?:\.|\$)")
        elif word == "include":
            parts.append("(?:include|template)")
        else:
            root = r"\$?" if word.startswith((".", "$.")) else ""
            parts.append(root + re.escape(word.removeprefix("$") if root else word))
        if following:
            parts.append(r"\s*" if {word, following} & {"(", ")", "|"} else r"\s+")
    return re.compile(r"(?<![\w.$])" + "".join(parts) + r"(?![\w.])")


def same(code: str, other: str) -> bool:
    """Whether two expressions are one, however they are spaced and whichever way they name the root."""
    return bool(pattern_of(other).fullmatch(code)) or _with_dot(code) == _with_dot(other)


def _with_dot(code: str) -> str:
    plain = re.sub(r"\$(?=\.|\s|\)|$)", lambda found: "" if code[found.end() :][:1] == "." else ".", code)
    return re.sub(r"\s+", " ", plain).strip()


def text_pattern(name: Name) -> re.Pattern[str]:
    """Matches the name as it stands in a text: an action that prints it, or the Service's own text around actions."""
    whole = [rf"\{{\{{-?\s*(?:{any_of(name).pattern})\s*-?\}}\}}"]
    pieces = re.split(r"\{\{(.*?)\}\}", name.text)
    if len(pieces) != 3 or pieces[0] or pieces[2]:
        whole.insert(
            0,
            "".join(
                re.escape(piece)
                if index % 2 == 0
                else r"\{\{-?\s*" + pattern_of(piece.strip("-").strip()).pattern + r"\s*-?\}\}"
                for index, piece in enumerate(pieces)
            ),
        )
    return re.compile("|".join(whole))


def renamed(value: str, name: Name, code: str) -> str | None:
    """The text of a host with the Service's name at its start replaced by the expression `code`; None when the text
    does not begin with the name."""
    quote = value[0] if value[:1] in ("'", '"') and value[-1:] == value[:1] else ""
    bare = value[1:-1] if quote else value
    match = text_pattern(name).match(bare)
    if match is None or bare[match.end() :][:1] not in ("", "."):
        return None
    return f"{quote}{printed(code)}{bare[match.end() :]}{quote}"
