"""Labels and namespace of the traffic Service as text, for the objects that are generated beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..model import Rendered
from ..source.expression import expression
from ..source.flow import find_deep
from ..source.refuse import refuse
from ..source.regions import closed, owned, reindent, without_blanks
from ..source.sources import Site
from ..source.yamlmap import Node


def metadata_text(site: Site, key: str, empty: Collection[str] = ()) -> str:
    """The Service's namespace or labels as text at column 2; labels `empty`, null in some render, are quoted there: a
    custom resource refuses a null."""
    parts: list[str] = []
    for node in _in_flow(site, key):
        parts.append(f"  {key}: {node.value.of(site.source.text)}\n")
    for node in site.find("metadata", key):
        text = closed(site, owned(site, node))
        if text is None:
            raise refuse(
                "labels-not-readable",
                site.source,
                node.start,
                f"the {key} of the Service cannot be copied",
                "Put conditions around whole keys.",
            )
        text = without_blanks(text.replace("\r\n", "\n"))
        for label in empty:
            text = re.sub(rf"(?m)^(\s*{re.escape(label)}:\s*\{{\{{[^}}]*?)(\s*-?\}}\}})[ \t]*$", r"\1 | quote\2", text)
        parts.append(reindent(text if text.endswith("\n") else text + "\n", node.indent, 2))
    return "".join(dict.fromkeys(parts))


def namespace_text(site: Site, renders: Iterable[Rendered]) -> str:
    """The Service's namespace as text at column 2, under a condition where a render of `renders` has none: values leave
    it empty, and the release's holds."""
    text = metadata_text(site, "namespace")
    found = (manifest.ref.namespace for render in renders for manifest in render.objects if manifest.site == site.id)
    code = expression(text.partition(":")[2]) if text.count("\n") == 1 else None
    if not code or all(found):
        return text
    return f"  {{{{- with {code} }}}}\n  namespace: {{{{ . }}}}\n  {{{{- end }}}}\n"


def _in_flow(site: Site, key: str) -> tuple[Node, ...]:
    """The node of `key` in a metadata that is a flow mapping."""
    if any(node.children for node in site.find("metadata")):
        return ()
    return find_deep(site.document.nodes, ("metadata", key), site.source.text)
