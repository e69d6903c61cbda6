"""Variables go only where an edit took what read them, and nothing hangs on their line."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.regions import without_unused

READ = "name: {{ $a }}\n"
NEW = 'name: {{ include "x" . }}\n'


def test_a_variable_that_nothing_reads_any_more_goes_with_those_that_only_it_read() -> None:
    head = '{{- $b := .Values.b }}\n{{- $a := printf "%s" $b -}}\n'
    assert without_unused(head + READ, head + NEW, "x") == NEW


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("{{- $a := 1 }}\n", "label: {{ $a }}\n"),  # read elsewhere
        ("{{- $a := 1 }}\n", "{{- $a = 2 }}\n"),  # set again
        ("{{- $a := 1 }}\n{{- $ab := 1 }}\n", "x: {{ $a }}{{ $ab }}\n"),
        ("k: {{ $a := 1 }}\n", ""),  # not alone on its line
        ("k: 1 {{/* x */}}\n{{- $a := 1 -}}\n\n  ", ""),  # eats the blanks before the next line
        ("k: v\n{{- $a := 1 -}}\n", ""),  # joins two lines
        ("{{- range $i, $a := .Values.a }}\n", "{{- end }}\n"),  # a loop's
    ],
)
def test_else_it_stays(head: str, tail: str) -> None:
    assert without_unused(head + READ + tail, head + NEW + tail, "x") == head + NEW + tail


def test_what_was_not_read_before_stays() -> None:
    head = "{{- $a := 1 }}\n"
    assert without_unused(head + "name: x\n", head + NEW, "x") == head + NEW
