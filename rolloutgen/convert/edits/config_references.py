"""References to ConfigMaps and Secrets that have names by version, wherever pod templates are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from rolloutgen.convert.edits.operations import EditFile
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.outline import DocumentOutline, walk
from rolloutgen.gotemplate.scope import root_symbol, scope_at
from rolloutgen.gotemplate.sources import Source, Sources
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.kube.references import config_named_at, config_references
from rolloutgen.model import Path, Rendered
from rolloutgen.text_edits import Edit, Span

REASON = "config-version"
_HINT = "Write the name in the pod template itself, or convert with --no-config-by-version."
_IN_FLOW = re.compile(
    r"(?:^\{|,)\s*([A-Za-z]+):\s*"
    r"(\"(?:\{\{.*?\}\}|[^\"])*\"|'(?:\{\{.*?\}\}|[^'])*'|\{\{.*?\}\}[^,{}]*|[^,{}]+)"
)
Shape = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigReference:
    """A reference in the source: what its path looks like ("-" for an item of a list), its kind and where it stands."""

    source: Source
    shape: Shape
    kind: str
    span: Span

    @property
    def text(self) -> str:
        """The text of the name."""
        return self.span.of(self.source.text)


# The text of a reference that reads so at a place with this root: (kind, text, root, whether it surely names one).
Wrap = Callable[[str, str, Expr, bool], str | None]


def rename_config_references(
    named: Collection[tuple[str, Expr]],
    sites: Collection[str],
    sources: Sources,
    renders: Sequence[Rendered],
    wrap: Wrap,
) -> Iterator[EditFile]:
    """The edits of every reference. `named` are kind and name expression of the objects at `sites`.

    Raises ChartRefused for a reference that is rendered and stands in no template, or cannot be changed there.
    """
    needed, rendered = _rendered(sites, renders)
    everywhere = {
        id(document): (source, document) for source in sources.files.values() for document in source.documents
    }
    by_site = {id(site.document): site.id for site in sources.sites.values()}
    missing: dict[Shape, str] = {}
    loose: list[ConfigReference] = []
    for key, (source, document) in everywhere.items():
        site = by_site.get(key, "")
        places = list(_places(source, document))
        sure = [place for place in places if _is_sure(place, named)]
        for place in sure:
            yield _edit(place, wrap, sources, sure=True)
        for place in places:
            if place in sure or "{{" not in place.text:
                continue
            if not site:
                loose.append(place)
                continue
            exact = {other.text for other in sure if other.shape == place.shape}
            seen = place.shape in rendered.get(site, ())
            if len(needed.get((site, place.shape), ())) > len(exact) or not seen:
                yield _edit(place, wrap, sources, sure=False)
        have = {place.shape for place in places}
        missing.update({shape: site for where, shape in needed if where == site and shape not in have})
        if not site:
            for place in sure:
                loose.append(place)
    for shape, site in missing.items():
        held = [place for place in loose if place.shape[-2:] == shape[-2:]]
        if not held:
            found = sources.sites[site]
            why = f"{'.'.join(shape)} names a ConfigMap or Secret with a name by version, and is written elsewhere"
            raise ChartRefused.in_source(
                "config-reference-not-found", found.source, found.document.span.start, why, _HINT
            )
    tails = {shape[-2:] for shape in missing}
    for place in dict.fromkeys(loose):
        if place.shape[-2:] in tails and not _is_sure(place, named):
            yield _edit(place, wrap, sources, sure=False)


def _rendered(
    sites: Collection[str], renders: Sequence[Rendered]
) -> tuple[dict[tuple[str, Shape], set[str]], dict[str, set[Shape]]]:
    """For each site and shape the names that go (of the render that has most), and all shapes that a site renders."""
    needed: dict[tuple[str, Shape], set[str]] = {}
    rendered: dict[str, set[Shape]] = {}
    for render in renders:
        namespace = render.value_set.release.namespace
        goes = {(m.ref.kind, m.ref.home(namespace), m.ref.name) for m in render.objects if m.site in sites}
        here: dict[tuple[str, Shape], set[str]] = {}
        for manifest in render.objects:
            for found in config_references(manifest) if manifest.site else ():
                rendered.setdefault(manifest.site, set()).add(_shape(found.at))
                if (found.kind[1], manifest.ref.home(namespace), found.name) in goes:
                    here.setdefault((manifest.site, _shape(found.at)), set()).add(found.name)
        for key, names in here.items():
            if len(names) > len(needed.get(key, ())):
                needed[key] = names
    return needed, rendered


def _shape(path: Path) -> Shape:
    return tuple("-" if isinstance(step, int) else step for step in path)


def _places(source: Source, document: DocumentOutline) -> Iterator[ConfigReference]:
    for path, node in walk(document.nodes):
        text = node.value.of(source.text)
        kind = config_named_at(path)
        if kind and text.strip() and "\n" not in text:
            lead = len(text) - len(text.lstrip())
            yield ConfigReference(
                source, path, kind[1], Span(node.value.start + lead, node.value.start + len(text.rstrip()))
            )
        if not text.startswith("{") or text.startswith("{{"):
            continue
        for found in _IN_FLOW.finditer(text):
            kind = config_named_at((*path, found[1]))
            if kind:
                start = node.value.start + found.start(2)
                yield ConfigReference(source, (*path, found[1]), kind[1], Span(start, start + len(found[2].rstrip())))


def _is_sure(place: ConfigReference, named: Collection[tuple[str, Expr]]) -> bool:
    code = expression(place.text)
    return code is not None and any(kind == place.kind and code.equivalent(name) for kind, name in named)


def _edit(place: ConfigReference, wrap: Wrap, sources: Sources, *, sure: bool) -> EditFile:
    source = place.source
    root = root_symbol(scope_at(source, place.span.start), sources)
    new = wrap(place.kind, place.text, root, sure) if root else None
    if new is None:
        why = "it names a ConfigMap or Secret by conditions, or where the root context is not known"
        raise ChartRefused.in_source("config-reference-not-found", source, place.span.start, why, _HINT)
    return EditFile(source.path, Edit(place.span, new, REASON))
