"""The `spec:` of a Deployment as it is written."""

from __future__ import annotations

from .flow import in_flow
from .refuse import refuse
from .sources import Site
from .yamlnode import Node


def spec_of(site: Site) -> Node:
    """The node of `spec`, which has its keys on lines of their own. Raises ChartRefused where it has not."""
    nodes = site.find("spec")
    if len(nodes) == 1 and nodes[0].children:
        return nodes[0]
    flow = next((node for node in nodes if in_flow(node, site.source.text)), None)
    why = "its `spec:` is a flow mapping (`{...}`)" if flow else "its `spec:` is not written out in the template"
    raise refuse(
        "spec-not-found",
        site.source,
        flow.key_span.start if flow else site.document.span.start,
        f"{why}, so the strategy has no line to go to",
        "Write the Deployment's `spec:` with its keys on lines of their own.",
    )
