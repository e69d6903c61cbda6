"""What no value set renders and still names the Service, by the same text: unproven it follows, or it leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.expressions import assigned
from rolloutgen.gotemplate.sources import Site, Source, Sources
from rolloutgen.model import Json, Rendered

_BACKENDS = frozenset({"backend", "defaultBackend", "backendRefs", "destination", "services"})
_VARIABLE = re.compile(r"[\"']?\{\{-?\s*(\$\w+)\s*-?\}\}[\"']?")
_HOST = ("spec", "http", "-", "route", "-", "destination", "host")


def unseen_sites(sources: Sources, renders: Sequence[Rendered], kinds: Collection[str]) -> tuple[Site, ...]:
    """The documents of these kinds that no render shows, or of which each shows a route without any backend."""
    objects = (manifest for render in renders for manifest in render.objects)
    seen = {m.site for m in objects if m.ref.kind not in kinds or _has_backend(m.body)}
    return tuple(
        site for site in sources.sites.values() if site.id not in seen and any(kind in kinds for kind in site.kinds())
    )


def _has_backend(value: Json) -> bool:
    if isinstance(value, Mapping):
        return any(key in _BACKENDS or _has_backend(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_has_backend, value))


def unseen_virtual_services(services: Sequence[Site], sources: Sources, renders: Sequence[Rendered]) -> dict[str, None]:
    """The VirtualServices that no render shows and whose routes lead to one of these Services, as their text says."""
    names = {_flat(service.value("metadata", "name")) for service in services} - {""}
    return {
        site.id: None
        for site in unseen_sites(sources, renders, ("VirtualService",))
        for node in find_deep(site.document.nodes, _HOST, site.source.text)
        if any(_leads(_flat(_told(node.value.of(site.source.text), site.source)), name) for name in names)
    }


def _leads(host: str, name: str) -> bool:
    return host.startswith(name) and host[len(name) :][:1] in ("", ".")


def _told(text: str, source: Source) -> str:
    """A text, and for a variable that its file sets once the action that it stands for."""
    variable = _VARIABLE.fullmatch(text.strip())
    if variable is None:
        return text
    found = [value for name, value in assigned(source.template) if name == variable[1]]
    return f"{{{{ {found[0]} }}}}" if len(found) == 1 else text


def _flat(text: str) -> str:
    """A text however it is spaced and quoted, and whichever way it names the root."""
    rooted = re.sub(r"\$(?=\.)", "", re.sub(r"\$(?![\w.])", ".", text))
    return re.sub(r"(?<=\{\{)-|-(?=\}\})|[\s\"'$]", "", rooted).replace("{{template", "{{include")
