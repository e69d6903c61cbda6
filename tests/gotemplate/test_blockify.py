"""Flow mappings get lines of their own only where what they would mean there is plain."""

from __future__ import annotations

import pytest

from rolloutgen.chart.chart import Chart
from rolloutgen.gotemplate.blockify import on_lines

PATH = "templates/deployment.yaml"
HEAD = "apiVersion: apps/v1\nkind: Deployment\n"


def lined(text: str) -> str:
    """What becomes of one template."""
    chart = Chart("x", {"Chart.yaml": b"name: x\nversion: 1.0.0\n", PATH: text.encode()})
    return on_lines(chart).text(PATH)


def test_entries_stand_on_lines_and_short_lists_stay() -> None:
    text = HEAD + 'spec: {replicas: {{ .Values.n }}, a: {"b": [], c: [{d: "e f"}, {}], g: ["h", 1]}}\n'
    assert lined(text) == HEAD + (
        'spec:\n  replicas: {{ .Values.n }}\n  a:\n    b: []\n    c:\n      - d: "e f"\n      - {}\n    g: ["h", 1]\n'
    )


def test_words_that_are_no_text_keep_their_quotes() -> None:
    text = '{"kind":"Deployment","spec":{"a":"yes","b":"web","c":"1","n":"it\'s, {odd}"}}\n'
    assert lined(text) == 'kind: Deployment\nspec:\n  a: "yes"\n  b: web\n  c: "1"\n  n: "it\'s, {odd}"\n'.replace(
        "  n:", '  "n":'
    )


def test_newlines_of_the_file_are_kept() -> None:
    text = (HEAD + "spec: {a: 1,\n  b: 2}\n---\nkind: x\n").replace("\n", "\r\n")
    assert lined(text) == (HEAD + "spec:\n  a: 1\n  b: 2\n---\nkind: x\n").replace("\n", "\r\n")


@pytest.mark.parametrize(
    "spec",
    [
        "{{{ if .Values.a }}a: 1{{ end }}}",
        "{a: {{- .Values.a }}}",
        "{a: 1} # one",
        "{a: 1, # one\n  b: 2}",
        "{a: 'b\n  c'}",
        "{a, b: 1}",
        "{a: 1,, b: 2}",
        "{a: [{b: 1] }",
        "{a: " * 100 + "1" + "}" * 100,
    ],
)
def test_what_is_not_plain_stays(spec: str) -> None:
    assert lined(f"{HEAD}spec: {spec}\n") == f"{HEAD}spec: {spec}\n"


def test_json_of_other_kinds_alone_stays() -> None:
    text = '{"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}\n'
    assert lined(text) == text
