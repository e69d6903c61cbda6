"""How templates write the old name of a Service, and finding it in their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.gotemplate.clauses import assigned
from rolloutgen.gotemplate.expressions import Expr, parse
from rolloutgen.gotemplate.sources import Source
from rolloutgen.gotemplate.template_text import pieces_of, rest_behind
from rolloutgen.text_edits import Span


@dataclass(frozen=True)
class Name:
    """The old Service name as templates write it: the text at the Service, the expressions that mean it (the Service's
    own first). `skipped` are spans of files that stay."""

    text: str
    codes: tuple[Expr, ...]
    terms: Terms
    skipped: frozenset[tuple[str, Span]]

    def is_meant_by(self, code: Expr) -> bool:
        """Whether an expression means the name."""
        return code.equivalent(*self.codes)

    def is_composite(self) -> bool:
        """Whether the Service writes the name as text around actions, such as `{{ .Release.Name }}-web`, or as text."""
        pieces = pieces_of(self.text)
        return len(pieces) != 3 or bool(pieces[0] or pieces[2])

    def spellings(self) -> Iterator[Sequence[str | Expr]]:
        """How the name stands in a text, as pieces: the Service's own text, an action that prints it."""
        if self.is_composite():
            yield pieces_of(self.text)
        yield from (("", code, "") for code in self.codes)


def beside(name: Name, source: Source) -> Name:
    """`name` with the variables that hold it in one file, wherever they are set there."""
    found = [variable for variable in holders(name, source) if variable not in name.codes]
    return replace(name, codes=(*name.codes, *found)) if found else name


def holders(name: Name, source: Source) -> list[Expr]:
    """The variables of a file that are set to the name wherever they are set."""
    held: dict[str, bool] = {}
    for variable, value in assigned(source.template):
        held[variable] = held.get(variable, True) and name.is_meant_by(value)
    return [parse(variable) for variable, always in held.items() if always]


def begins_with(value: str, name: Name) -> bool:
    """Whether the text of a host begins with the Service's name."""
    return _behind(_unquoted(value), name) is not None


def renamed(value: str, name: Name, code: Expr) -> str | None:
    """The text of a host with the Service's name at its start replaced by the expression `code`; None when the text
    does not begin with the name."""
    bare = _unquoted(value)
    rest = _behind(bare, name)
    quote = value[0] if bare != value else ""
    return None if rest is None else f"{quote}{code.as_text()}{rest}{quote}"


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') and value[-1:] == value[:1] else value


def _behind(bare: str, name: Name) -> str | None:
    found = (rest_behind(bare, pieces) for pieces in name.spellings())
    return next((rest for rest in found if rest is not None and rest[:1] in ("", ".")), None)
