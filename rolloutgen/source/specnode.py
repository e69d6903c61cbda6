"""The `spec:` of a Deployment as it is written."""

from __future__ import annotations

from .flow import in_flow
from .refuse import refuse
from .sources import Site
from .yamlnode import Node


def spec_of(site: Site) -> Node:
    """The node of `spec`, which has its keys on lines of their own. Raises ChartRefused where it has not.

    Of several the last one counts (duplicate keys, as Helm reads them): those before it must be empty.
    """
    nodes = site.find("spec")
    filled = [node for node in nodes if node.children or node.value.of(site.source.text).strip()]
    if len(filled) == 1 and filled[0] is nodes[-1] and filled[0].children:
        return filled[0]
    flow = next((node for node in nodes if in_flow(node, site.source.text)), None)
    why = "its `spec:` is a flow mapping (`{...}`)" if flow else "its `spec:` is not written out in the template"
    raise refuse(
        "spec-not-found",
        site.source,
        flow.key_span.start if flow else site.document.span.start,
        f"{why}, so the strategy has no line to go to",
        "Write the Deployment's `spec:` with its keys on lines of their own.",
    )
