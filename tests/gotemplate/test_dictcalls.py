"""What a define that is called with a dict reads, as its caller would write it."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.calls import dict_entries, told, told_text


def test_a_call_hands_over_values_by_key() -> None:
    call = 'include "a.b" (dict "root" . "name" (printf "%s-)" .x) "size" 3) | nindent 4'
    assert dict_entries(call, "a.b") == {"root": ".", "name": '(printf "%s-)" .x)', "size": "3"}


@pytest.mark.parametrize("call", ['include "a.b" .', 'include "a.b" (dict "root")', 'include "a.b" (dict $k .)'])
def test_other_calls_hand_over_nothing_that_is_known(call: str) -> None:
    assert dict_entries(call, "a.b") is None


GIVEN = {"root": ".", "name": '"web"', "port": ".Values.port", "made": "(list 1)"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (".root.Values.x", ".Values.x"),
        ("$.root.Values.x", ".Values.x"),
        ('include "a.b" .root', 'include "a.b" .'),
        ('printf "%s.root-%s" .root.Release.Name .name', 'printf "%s.root-%s" .Release.Name "web"'),
        ("add .port 1", "add .Values.port 1"),
        ("first .made", "first (list 1)"),
    ],
)
def test_code_reads_as_the_caller_would_write_it(code: str, expected: str) -> None:
    assert told(code, GIVEN) == expected


@pytest.mark.parametrize("code", ["toYaml .", "$", ".other", 'include "a.b" $'])
def test_what_the_caller_cannot_write_is_none(code: str) -> None:
    assert told(code, GIVEN) is None


def test_a_text_keeps_its_words_and_conditions() -> None:
    text = "{{- if .port }}\napp: {{ .name }}\n{{- end }}\nrelease: {{ .root.Release.Name }}\n"
    expected = "{{- if .Values.port }}\napp: web\n{{- end }}\nrelease: {{ .Release.Name }}\n"
    assert told_text(text, GIVEN) == expected


def test_a_text_that_moves_the_dot_is_none() -> None:
    assert told_text("{{ with .port }}{{ . }}{{ end }}", GIVEN) is None
