"""How templates cut the name of a Service, so that a suffix has room behind it."""

from __future__ import annotations

from ..source.draft import Define
from ..source.expression import grouped
from .closed import WORD

# The same as objects.naming.distinct.
_BODY = """\
{{- $name := index . 0 -}}
{{- $length := index . 1 -}}
{{- if le (len $name) $length -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" ($name | trunc (int (sub $length 9)) | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}"""
_ABOUT = "The name of (name, length), cut where it is too long; a hash then stands for what is missing."


def cut_name(define: str) -> Define:
    """The define of that name, which cuts names of several Services so that they stay different."""
    return Define(define, _BODY, _ABOUT)


def cut(code: str, length: int, define: str = "") -> str:
    """The expression `code` cut to `length`, which a short word needs not; by `define`, if one is given."""
    word = WORD.fullmatch(code)
    if word and len(word[1]) <= length:
        return code
    return (
        f'include "{define}" (list {grouped(code)} {length})' if define else f'{code} | trunc {length} | trimSuffix "-"'
    )
