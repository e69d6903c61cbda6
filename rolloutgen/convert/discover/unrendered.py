"""What no value set renders and still names the Service, by the same text: unproven it follows, or it leads nowhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.clauses import assigned
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.sources import Site, Source, Sources
from rolloutgen.gotemplate.template_text import pieces_of, rest_behind
from rolloutgen.kube.references import fields_of, references_of
from rolloutgen.kube.release import SERVICE, VIRTUAL_SERVICE, Kind
from rolloutgen.model import Manifest, Rendered


def unseen_sites(sources: Sources, renders: Sequence[Rendered], kinds: Collection[Kind]) -> tuple[Site, ...]:
    """The documents of these kinds that no render shows, or of which each shows one that names no Service."""
    objects = (manifest for render in renders for manifest in render.objects)
    seen = {m.site for m in objects if (m.ref.group, m.ref.kind) not in kinds or _is_whole(m)}
    names = {name for _, name in kinds}
    return tuple(site for site in sources.sites.values() if site.id not in seen and names.intersection(site.kinds()))


def _is_whole(manifest: Manifest) -> bool:
    """Whether an object names a Service: for a route, one that it leads to."""
    fields = fields_of((manifest.ref.group, manifest.ref.kind), SERVICE)
    routes = any(field.role == "route" for field in fields)
    return any(found.role == "route" or not routes for found in references_of(manifest, SERVICE))


def unseen_virtual_services(services: Sequence[Site], sources: Sources, renders: Sequence[Rendered]) -> dict[str, None]:
    """The VirtualServices that no render shows and whose routes lead to one of these Services, as their text says."""
    names = [
        pieces for service in services if (pieces := pieces_of(_unquoted(service.value("metadata", "name")))) != ("",)
    ]
    fields = [field for field in fields_of(VIRTUAL_SERVICE, SERVICE) if field.role == "route"]
    return {
        site.id: None
        for site in unseen_sites(sources, renders, (VIRTUAL_SERVICE,))
        for field in fields
        if "http" in field.shape
        for node in find_deep(site.document.nodes, field.shape, site.source.text)
        if any(_leads(_read_through(_unquoted(node.value.of(site.source.text)), site.source), name) for name in names)
    }


def _leads(host: str, name: Sequence[str | Expr]) -> bool:
    rest = rest_behind(host, name)
    return rest is not None and rest[:1] in ("", ".")


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")


def _read_through(text: str, source: Source) -> str:
    """A text, and for a variable that its file sets once the action that it stands for."""
    pieces = pieces_of(text)
    variable = pieces[1] if len(pieces) == 3 and not pieces[0] and not pieces[2] else None
    if not isinstance(variable, Expr) or variable.kind != "variable":
        return text
    found = [value for name, value in assigned(source.template) if name == variable.render()]
    return f"{{{{ {found[0]} }}}}" if len(found) == 1 else text
