"""JSON as Go writes it: what `toJson` of a template prints, byte for byte, so that both sides hash the same."""

from __future__ import annotations

import json

from ..model import Json

# encoding/json escapes these for HTML and JavaScript.
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def go_json(value: Json) -> str:
    """`value` (maps with text keys, lists, scalars) as encoding/json marshals it: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_ESCAPED)
