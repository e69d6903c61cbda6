"""Where a Deployment's source has its strategy: as a key, or as a define that prints nothing but that key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .expression import included
from .sources import Site, Sources
from .yamllines import lines_of
from .yamlmap import SPLICE, Node

# `{{ if eq .Values.kind "Deployment" }}strategy{{ else }}updateStrategy{{ end }}`, `{{ ternary "strategy" .. }}`
_KEY_OF_KIND = re.compile(r'\bstrategy\{\{|\}\}strategy\b|\{\{.*"strategy".*\}\}')


def strategy_keys(site: Site, spec: Sequence[Node], sources: Sources) -> list[Node]:
    """The nodes of the strategy among those below `spec`."""
    return [
        node
        for node in spec
        if node.key == "strategy"
        or _KEY_OF_KIND.search(node.key)
        or (node.key == SPLICE and _prints_it_alone(node.value.of(site.source.text), sources))
    ]


def _prints_it_alone(action: str, sources: Sources) -> bool:
    """Whether an action calls a define of the chart whose text is one key: `strategy:`."""
    name = included(action.strip().strip("{}").strip("-"))
    source, span = sources.defines.get(name, (None, None))
    if source is None or span is None:
        return False
    inside = [line for line in lines_of(source.template) if span.start < line.start and line.end <= span.end]
    printed = [line for line in inside if line.kind in ("content", "splice")]
    outer = min((line.indent for line in printed), default=0)
    keys = [line for line in printed if line.indent == outer]
    return bool(keys) and all(line.kind == "content" and re.match(r"strategy:", line.masked) for line in keys)
