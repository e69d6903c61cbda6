"""Texts that read the root as `.`, where it is called otherwise."""

from __future__ import annotations

from rolloutgen.gotemplate.expressions import rooted, with_root


def test_the_dot_of_an_expression_becomes_the_root() -> None:
    assert with_root('printf "%s.x" .Values.a.b (include "n" .)', "$") == 'printf "%s.x" $.Values.a.b (include "n" $)'
    assert with_root(".Values.a", "(index . 0)") == "(index . 0).Values.a"


def test_within_a_loop_of_the_text_the_dot_is_another() -> None:
    text = "{{ range .Values.a }}{{ .b }}{{ end }}{{ if .Values.c }}{{ .Values.d }}{{ end }}"
    assert rooted(text, "$") == "{{ range $.Values.a }}{{ .b }}{{ end }}{{ if $.Values.c }}{{ $.Values.d }}{{ end }}"
    assert rooted(text, ".") == text
