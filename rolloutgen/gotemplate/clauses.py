"""What the text of a template action says: its keyword, the variables that it sets and its expression.

else if .Values.a          range $key, $value := .Values.map          $name = include "app.name" .
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rolloutgen.gotemplate.expressions import Expr, parse
from rolloutgen.gotemplate.lexer import Block, LexedTemplate, lex

_KEYWORD = re.compile(r"\s*(?:(else\s+(?:if|with)|if|with|range|else|end|break|continue|define|block)\b)?\s*")
_SET = re.compile(r"(\$\w*)\s*(?:,\s*(\$\w*)\s*)?(:?=)(?!=)\s*")


@dataclass(frozen=True, slots=True)
class Clause:
    """`keyword` is "" for output, `template` and assignments; `variables` are those that the action sets, with their
    "$"; `declares` tells that it does by `:=`. `expr` is the pipeline, which begins at `start` of the action's text."""

    keyword: str
    variables: tuple[str, ...]
    declares: bool
    expr: Expr
    start: int = field(compare=False)

    @property
    def moves_dot(self) -> bool:
        """Whether the dot is another in the block that it opens."""
        return self.keyword in ("with", "range", "else with")

    @property
    def head(self) -> str:
        """Its keyword alone: what one of several conditions is opened by, "" for `else`."""
        return self.keyword.removeprefix("else").strip()


@lru_cache(maxsize=1 << 14)
def read_clause(inner: str) -> Clause:
    """What the text between the braces of an action says."""
    match = _KEYWORD.match(inner)
    assert match is not None  # it matches nothing as well
    keyword = " ".join((match[1] or "").split())
    found = _SET.match(inner, match.end())
    start = found.end() if found else match.end()
    variables = tuple(name for name in found.group(1, 2) if name) if found else ()
    declares = found is not None and found[3] == ":="
    return Clause(keyword, variables, declares, parse(inner[start:].strip()), start)


def opening_clause(block: Block, branch: int, template: LexedTemplate) -> Clause:
    """What the action says that opens a branch of a block."""
    return read_clause(block.openers[branch].inner.of(template.text))


def assigned(template: LexedTemplate) -> Iterator[tuple[str, Expr]]:
    """Each variable that an action of a file sets, with its "$", and what it is set to; several times what is set
    several times."""
    for action in template.actions:
        if action.keyword == "assign":
            clause = read_clause(action.inner.of(template.text))
            if len(clause.variables) == 1:
                yield clause.variables[0], clause.expr


def clauses_in(text: str) -> Iterator[Clause]:
    """What each action of a text says, but for comments."""
    return (read_clause(action.inner.of(text)) for action in lex(text) if action.keyword != "comment")


def declared_in(text: str) -> frozenset[str]:
    """The variables that a text declares itself (assignments, `range $k, $v :=`, `with $x :=`), without their "$"."""
    return frozenset(name[1:] for clause in clauses_in(text) if clause.declares for name in clause.variables)


def variables_in(text: str) -> frozenset[str]:
    """The variables that the actions of a text read or set anew, without their "$" (`$` alone is not counted)."""
    found: set[str] = set()
    for clause in clauses_in(text):
        found |= clause.expr.free_variables()
        found |= {name[1:] for name in clause.variables if not clause.declares}
    return frozenset(found - {""})
