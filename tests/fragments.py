"""Random template files out of fragments: well-formed ones, and any mixture of what such files are made of."""

from __future__ import annotations

from hypothesis import strategies as st

_ACTIONS = [
    "{{ .Values.a }}",
    "{{- .Values.a }}",
    "{{ .Values.a -}}",
    '{{ include "x" . | nindent 4 }}',
    "{{ `raw }} text` }}",
    '{{ "quoted \\" }} text" }}',
    "{{/* a comment with }} inside */}}",
    "{{- /* trimmed */ -}}",
    "{{ $x := .Values.b }}",
    "{{ '}' }}",
    '{{ template "y" $ }}',
    '{{ printf\n  "%s" .a }}',
]
_TEXTS = [
    "apiVersion: v1\n",
    "kind: Service\n",
    "spec:\n",
    "  name: ",
    "    - ",
    "- a: b\n",
    "---\n",
    "\n",
    " ",
    "\t",
    "  key: |\n",
    "# a comment: with a colon\n",
    "x: {a: 1, b: [c, 'd']}\n",
    '"quoted": "v"\n',
    "\r\n",
    "\ufeff",
    "é: ü\n",
    "'it''s': 1\n",
]
_BROKEN = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{ end }}",
    "{{ else }}",
    "{{ if",
    "{{/*",
    "*/",
    '"',
    "`",
    "'",
    "{{ if .a }}",
    "{{ range .b }}",
]
_OPENERS = [
    "{{ if .Values.a }}",
    "{{- with .Values.b }}",
    "{{- range $k, $v := .Values.c -}}",
    '{{ define "x" }}',
    "{{- if not .Values.d -}}",
]

PIECES = st.sampled_from([*_ACTIONS, *_TEXTS])
ANYTHING = st.lists(st.one_of(PIECES, st.sampled_from([*_BROKEN, *_OPENERS]), st.text(max_size=4)), max_size=30).map(
    "".join
)


def _block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def built(opener: str, body: str, other: str | None, end: str) -> str:
        return f"{opener}{body}{'' if other is None else '{{- else }}' + other}{end}"

    ends = st.sampled_from(["{{ end }}", "{{- end }}\n", "{{ end -}}\n"])
    return st.builds(built, st.sampled_from(_OPENERS), inner, st.none() | inner, ends)


WELL_FORMED = st.recursive(
    st.lists(PIECES, max_size=6).map("".join),
    lambda inner: st.lists(inner | _block(inner), min_size=1, max_size=4).map("".join),
    max_leaves=12,
)
