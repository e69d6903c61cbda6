"""Whether the key of the new block is free in values.yaml, or only held free there."""

from __future__ import annotations

import re

from ..chart.chart import Chart
from ..model import Refusal
from ..source.gotmpl import Template
from ..source.refuse import ChartRefused
from ..source.yamlmap import outline
from ..text import Span, line_of


def placeholder(chart: Chart, key: str) -> Span | None:
    """The lines of values.yaml that say `key:` and nothing of it (null or `{}`), where no template reads it: the block
    takes their place. None where the key is not there.

    Raises ChartRefused where it has a value or a template reads it: then it means something else.
    """
    if key not in chart.values:
        return None
    text = chart.text("values.yaml")
    documents = outline(Template(text, (), ()))
    nodes = [node for document in documents[:1] for node in document.nodes if node.key == key]
    if len(nodes) == 1 and chart.values[key] in (None, {}) and not nodes[0].children and not _is_read(chart, key):
        return nodes[0].span
    line = line_of(text, nodes[0].key_span.start) if nodes else 1
    why = f"the chart has values `{key}:` of another meaning"
    hint = "Choose another name for the block: --values-key NAME."
    raise ChartRefused(Refusal("values-key-taken", "values.yaml", line, why, hint))


def _is_read(chart: Chart, key: str) -> bool:
    """Whether a template of the chart or of its dependencies names the value."""
    named = re.compile(rf"\.Values\.{re.escape(key)}\b|\.Values\)?\s+\"{re.escape(key)}\"")
    paths = (path for path in chart.files if "templates/" in path)
    return any(named.search(chart.files[path].decode("utf-8", "replace")) for path in paths)
