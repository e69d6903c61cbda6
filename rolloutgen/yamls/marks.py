"""Lines in a composed YAML document: where the key or item at a path is written."""

from __future__ import annotations

from typing import Any

from ..model import Path


def line_at(node: Any, at: Path) -> int:
    """The line of the key or item at `at` in a composed document, that of the nearest parent where it is missing."""
    line = node.start_mark.line + 1 if node is not None else 1
    for step in at:
        if isinstance(step, int) and isinstance(getattr(node, "value", None), list) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if hasattr(node, "value") and isinstance(node.value, list) else []
        # The last of several is the one that counts.
        entry = next((pair for pair in reversed(pairs) if isinstance(pair, tuple) and pair[0].value == step), None)
        if entry is None:
            return line
        line, node = entry[0].start_mark.line + 1, entry[1]
    return line
