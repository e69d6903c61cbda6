"""The port to which routes lead, where a Service has several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..objects.tree import as_list, dig
from ..source.draft import Define
from ..source.expression import expression, free_variables
from ..source.gotmpl import Block
from ..source.refuse import refuse
from ..source.regions import owned
from ..source.resources import resource
from ..source.scope import lift, scope_at, site_scope
from ..source.sources import Site
from ..source.yamlmap import find
from ..text import Span
from .survey import Survey, Workload
from .terms import Terms


def traffic_port(item: Workload, site: Site, terms: Terms, survey: Survey) -> tuple[str, tuple[Define, ...]]:
    """The expression of the traffic port where a render shows several ports, "" for a Service that always has one."""
    several = any(
        len(as_list(dig(manifest.body, "spec", "ports"))) > 1
        for render in survey.renders
        for manifest in render.objects
        if manifest.site == site.id
    )
    items = [child for node in site.find("spec", "ports") for child in node.children]
    if not several and len(items) <= 1 and all(child.key == "-" for child in items):
        return "", ()
    plain = [
        child for child in items
        if child.key == "-" and len(scope_at(site.source, child.start).blocks) == len(site_scope(site).blocks)
    ]  # fmt: skip
    always_several = len(plain) > 1 and len(plain) == len(items)
    index = item.decision.port_index
    if always_several and index < len(plain):
        ports = find(plain[index].children, ("port",))
        code = expression(ports[0].value.of(site.source.text)) if len(ports) == 1 else None
        if code is not None and (terms.local or not free_variables(code)):
            return code.strip('"') if re.fullmatch(r'"\d+"', code) else code, ()
    nodes = site.find("spec", "ports")
    regions = [owned(site, node) for node in nodes]
    body = "".join(region.of(site.source.text).replace("\r\n", "\n") for region in regions)
    place = scope_at(site.source, nodes[0].start) if nodes else site_scope(site)
    moving = tuple(pair for pair in place.blocks if pair[0].keyword != "if" and not _within(pair[0], regions))
    lifted = lift(body, replace(place, blocks=moving), survey.sources)
    # A condition that begins among the ports and ends behind them holds other fields too.
    if lifted is None or terms.local or any(site.source.template.cuts(region) for region in regions):
        raise refuse(
            "ports-not-readable",
            site.source,
            site.document.span.start,
            "the traffic port of a Service with several cannot be read outside its template",
            "Write the ports one by one.",
        )
    name = f"{terms.prefix}.trafficPort"
    text = resource("traffic-port.tpl", ports=lifted.rstrip("\n"), index=index, prefix=terms.prefix)
    inner = Define(f"{terms.prefix}.trafficPorts", lifted.rstrip("\n"), "The ports of the traffic Service.")
    return f'include "{name}" .', (
        inner,
        Define(name, text.rstrip("\n"), "The port to which routes lead, where the Service has several."),
    )


def _within(block: Block, regions: Sequence[Span]) -> bool:
    """Whether a block is part of what is lifted already: a `with` that holds nothing but the ports."""
    return any(region.start <= block.openers[0].span.start < region.end for region in regions)
