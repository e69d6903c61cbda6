"""At which column the text of a define begins."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.lexer import parse
from rolloutgen.gotemplate.sources import define_columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{- define "a" }}\n  app: x\n{{- end }}', {"a": 2}),
        # what stands before the first text may not print,
        ('{{- define "a" }}\n{{- /* why */}}\n  {{- if .b }}\n    app: x\n  {{- end }}\n{{ end }}', {"a": 4}),
        # a marker eats the blanks,
        ('{{- define "a" -}}\n  app: x\n{{- end }}', {}),
        ('{{- define "a" }}\n{{- $x := 1 -}}\n  app: x\n{{- end }}', {}),
        # an action that prints may bring a column of its own,
        ('{{- define "a" }}\n  {{ include "b" . }}\n{{- end }}', {}),
        # a name is no line.
        ('{{- define "a" }}  x{{ end }}', {}),
        ('{{- define "a" }}{{ end }}', {}),
    ],
)
def test_only_text_that_keeps_its_blanks_has_a_column(text: str, expected: dict[str, int]) -> None:
    assert define_columns([parse(text)]) == expected
