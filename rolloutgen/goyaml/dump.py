"""YAML for files that rolloutgen makes: block style, lists indented below their key, texts that Go reads as texts.

JSON as Go writes it: what `toJson` of a template prints, byte for byte, so that both sides hash the same.
"""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from rolloutgen import goyaml
from rolloutgen.model import Json


def dumped(value: Any, *, quote: str = "'", width: int = 10**6) -> str:
    """`value` (maps, lists, scalars) as YAML in the order of its keys; lines are broken behind `width` columns.

    A text is quoted, by `quote` where it can be, where Go's rules would read it as something else, such as `on`.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import SafeRepresenter

    class Representer(SafeRepresenter):
        """Quotes by Go's rules instead of Python's."""

        def text(self, word: str) -> ScalarNode:
            style = None if _stays(word) else quote if word.isprintable() else '"'
            return self.represent_scalar("tag:yaml.org,2002:str", word, style=style)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    Representer.add_representer(str, Representer.text)
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = Representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def _stays(word: str) -> bool:
    try:
        return word.isprintable() and bool(goyaml.load(word) == word)
    except goyaml.YamlError:
        return False


# encoding/json escapes these for HTML and JavaScript.
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def go_json(value: Json) -> str:
    """`value` (maps with text keys, lists, scalars) as encoding/json marshals it: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_ESCAPED)
