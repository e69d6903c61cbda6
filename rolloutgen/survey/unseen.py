"""What no value set renders and still names the Service, by the same text: unproven it follows, or it leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..model import Rendered
from ..source.flow import find_deep
from ..source.sources import Site, Sources

_HOST = ("spec", "http", "-", "route", "-", "destination", "host")


def unseen_sites(sources: Sources, renders: Sequence[Rendered], kinds: Collection[str]) -> tuple[Site, ...]:
    """The documents of these kinds that no render shows."""
    seen = {manifest.site for render in renders for manifest in render.objects}
    return tuple(
        site for site in sources.sites.values() if site.id not in seen and any(kind in kinds for kind in site.kinds())
    )


def unseen_virtual_services(services: Sequence[Site], sources: Sources, renders: Sequence[Rendered]) -> dict[str, None]:
    """The VirtualServices that no render shows and whose routes lead to one of these Services, as their text says."""
    names = {_flat(service.value("metadata", "name")) for service in services} - {""}
    return {
        site.id: None
        for site in unseen_sites(sources, renders, ("VirtualService",))
        for node in find_deep(site.document.nodes, _HOST, site.source.text)
        if any(_leads(_flat(node.value.of(site.source.text)), name) for name in names)
    }


def _leads(host: str, name: str) -> bool:
    return host.startswith(name) and host[len(name) :][:1] in ("", ".")


def _flat(text: str) -> str:
    """A text however it is spaced and quoted, and whichever way it names the root."""
    return re.sub(r"(?<=\{\{)-|-(?=\}\})|[\s\"'$]", "", text).replace("{{template", "{{include")
