"""What the text of an action says."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.clauses import (
    assigned,
    clauses_in,
    declared_in,
    opening_clause,
    read_clause,
    variables_in,
)
from rolloutgen.gotemplate.expressions import EMPTY
from rolloutgen.gotemplate.expressions import parse as parse_expression
from rolloutgen.gotemplate.lexer import parse


@pytest.mark.parametrize(
    ("inner", "keyword", "variables", "declares", "code"),
    [
        ("- ", "", (), False, "-"),
        (" .a ", "", (), False, ".a"),
        (" if .a ", "if", (), False, ".a"),
        ("if(eq .a 1)", "if", (), False, "(eq .a 1)"),
        (" else ", "else", (), False, ""),
        (" else  if .a", "else if", (), False, ".a"),
        ("else with $x := .a", "else with", ("$x",), True, ".a"),
        ("range $k, $v := .a", "range", ("$k", "$v"), True, ".a"),
        ("$x = .a", "", ("$x",), False, ".a"),
        ("$ := .a", "", ("$",), True, ".a"),
        ('template "x" .', "", (), False, 'template "x" .'),
        ("end", "end", (), False, ""),
        ("ifx .a", "", (), False, "ifx .a"),
    ],
)
def test_the_parts_of_an_action(
    inner: str, keyword: str, variables: tuple[str, ...], declares: bool, code: str
) -> None:
    clause = read_clause(inner)
    assert (clause.keyword, clause.variables, clause.declares, clause.expr.render()) == (
        keyword,
        variables,
        declares,
        code,
    )
    assert inner[clause.start :].strip() == code


TEXT = "{{ $x := .a }}{{ range $k, $v := $x }}{{ $v }}{{ $y = $.b }}{{ else }}{{ end }}{{/* $z */}}$HOME"


def test_the_variables_of_a_text() -> None:
    assert declared_in(TEXT) == {"x", "k", "v"}
    assert variables_in(TEXT) == {"x", "v", "y"}
    assert list(assigned(parse(TEXT))) == [("$x", parse_expression(".a")), ("$y", parse_expression("$.b"))]


def test_comments_say_nothing() -> None:
    assert [clause.keyword for clause in clauses_in(TEXT)] == ["", "range", "", "", "else", "end"]


def test_what_opens_a_branch() -> None:
    template = parse("{{ with .a }}{{ else if .b }}{{ else }}{{ end }}")
    clauses = [opening_clause(template.blocks[0], branch, template) for branch in range(3)]
    assert [(clause.head, clause.moves_dot) for clause in clauses] == [("with", True), ("if", False), ("", False)]
    assert clauses[2].expr == EMPTY
