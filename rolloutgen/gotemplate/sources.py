"""The templates of a chart as the rewriter sees them: text, blocks, outline, and the sites that hold one object each.

A site is one YAML document in the source, "templates/deployment.yaml#0". `instrument` writes its id behind its `kind:`
as a comment, which survives rendering: so a render tells for each object where its text stands.

The column at which a define's text begins: what a call of it prints stands there, not at the call's own column.

Refusing a chart: the exception of survey and rewrite, and a short way to raise it for a place in the source.

Which dependency prints the objects of a template: a library chart whose defines it includes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rolloutgen.chart.chart import Chart
from rolloutgen.chart.dependencies import defines_of_dependencies
from rolloutgen.gotemplate.lexer import CONTROL, Block, LexedTemplate, parse
from rolloutgen.gotemplate.outline import SPLICE, DocumentOutline, Node, outline
from rolloutgen.model import Manifest, Rendered
from rolloutgen.text_edits import Edit, Span, apply_edits, line_of

MARKER = "# rg-site:"
_YAML = (".yaml", ".yml", ".tpl", ".txt", ".json")
# The text of these is hashed into pod templates: a mark would change the hash.
_UNMARKED = frozenset({"ConfigMap", "Secret", "List"})
_BODY = re.compile(r"\{\{-?\s*(?:include|template)\s+\"([^\"]+)\"\s+[.$]\s*(?:\|\s*nindent\s+0\s*)?-?\}\}")
_INCLUDED = re.compile(r"\b(?:include|template)\s+[\"`]([^\"`]+)[\"`]")


@dataclass(frozen=True)
class Source:
    """One template file; `columns` are those at which the chart's defines begin their text."""

    path: str
    text: str
    columns: Mapping[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def template(self) -> LexedTemplate:
        """Its actions and blocks. Raises ChartError where they do not match."""
        return parse(self.text, self.path)

    @cached_property
    def documents(self) -> tuple[DocumentOutline, ...]:
        """Its YAML documents, those in defines included."""
        return outline(self.template, self.columns)

    def line(self, offset: int) -> int:
        """1-based line of an offset."""
        return line_of(self.text, offset)


@dataclass(frozen=True)
class Site:
    """One document of a source that names a kind.

    Where only `apiVersion:` and `kind:` are written and a define of the chart prints the rest, the site is the
    define's document and `heads` are the documents that include it; `shared` tells that others include it as well.
    `listed` tells that the site is an item of a `kind: List`, from the line of its dash on.
    """

    source: Source
    index: int
    document: DocumentOutline
    heads: tuple[Site, ...] = ()
    shared: bool = False
    listed: bool = False

    @property
    def id(self) -> str:
        """How `Manifest.site` and the decisions name it."""
        return f"{self.source.path}#{self.index}"

    @property
    def place(self) -> Site:
        """The document that the chart renders, whose conditions are those of the object: its head where it has one."""
        return self.heads[0] if len(self.heads) == 1 else self

    @property
    def line(self) -> int:
        """The line of its first key."""
        return self.source.line(self.document.span.start)

    def find(self, *path: str) -> tuple[Node, ...]:
        """Every node at `path`."""
        return self.document.find(*path)

    def value(self, *path: str) -> str:
        """The text of the first value at `path`, "" when there is none."""
        nodes = self.find(*path)
        return nodes[0].value.of(self.source.text).strip() if nodes else ""

    def kinds(self) -> tuple[str, ...]:
        """The texts of its `kind` values, unquoted."""
        return tuple(
            node.value.of(site.source.text).strip().strip("\"'")
            for site in self.heads or (self,)
            for node in site.find("kind")
        )


@dataclass(frozen=True)
class Sources:
    """All templates of the chart itself (not of its subcharts)."""

    chart: Chart
    files: Mapping[str, Source]

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """Every site by id."""
        found = [site for source in self.files.values() for site in _sites(source)]
        bodies = tuple(_bodies(found, self))
        heads = {head.id for site in bodies for head in site.heads}
        return {site.id: site for site in (*found, *bodies) if site.id not in heads}

    @cached_property
    def defines(self) -> Mapping[str, tuple[Source, Span]]:
        """Where each define of the chart stands: its source and its body."""
        return {
            name: (source, block.bodies()[0])
            for source in self.files.values()
            for name, block in source.template.defines()
        }

    def in_file(self, path: str) -> tuple[Site, ...]:
        """The sites of one template."""
        return tuple(site for site in self.sites.values() if site.source.path == path)


def read_sources(chart: Chart) -> Sources:
    """The chart's own templates. Raises ChartError for one that is not UTF-8, or whose blocks do not match."""
    columns: dict[str, int] = {}
    paths = [path for path in chart.template_paths if path.endswith(_YAML)]
    found = Sources(chart, {path: Source(path, chart.text(path), columns) for path in paths})
    held = (source for source in found.files.values() if "define" in source.text and not _is_notes(source))
    # Filled before anyone asks for the documents, which are read with it.
    columns.update(define_columns(source.template for source in held))
    return found


def _is_notes(source: Source) -> bool:
    return source.path.endswith("NOTES.txt")


def _sites(source: Source) -> Iterator[Site]:
    if _is_notes(source):
        return
    further = len(source.documents)
    for index, document in enumerate(source.documents):
        if document.find("kind"):
            found = Site(source, index, document)
            yield found
            items = list(_items(found))
            yield from (Site(source, further + n, item, listed=True) for n, item in enumerate(items))
            further += len(items)


def _items(site: Site) -> Iterator[DocumentOutline]:
    """The items of a `kind: List` that are written as block mappings."""
    if site.kinds() != ("List",):
        return
    for item in site.find("items", "-"):
        if any(node.key == "kind" for node in item.children):
            yield DocumentOutline(item.span, item.span, site.document.define, item.children)


def _bodies(sites: list[Site], sources: Sources) -> Iterator[Site]:
    """The defines that print everything of a Deployment behind its `kind:`."""
    heads: dict[str, list[Site]] = {}
    for site in sites:
        rest = [node for node in site.document.nodes if node.key not in ("apiVersion", "kind")]
        called = _BODY.fullmatch(rest[0].value.of(site.source.text)) if len(rest) == 1 else None
        if called and rest[0].key == SPLICE and site.kinds() == ("Deployment",):
            heads.setdefault(called[1], []).append(site)
    calls = Counter(
        name
        for source in (sources.files.values() if heads else ())
        for action in source.template.actions
        for name in _INCLUDED.findall(action.inner.of(source.text))
    )
    for name, found in heads.items():
        source, _ = sources.defines.get(name, (None, None))
        documents = enumerate(source.documents) if source else ()
        inside = [(index, document) for index, document in documents if document.define == name]
        if source and len(inside) == 1 and inside[0][1].find("spec") and not inside[0][1].find("kind"):
            yield Site(source, *inside[0], tuple(found), shared=calls[name] > len(found))


def instrument(sources: Sources, marks: Mapping[str, Sequence[Edit]] | None = None) -> Chart:
    """The chart with each site's id as a comment behind its `kind:`; rendering it gives the same objects.

    `marks` are further insertions by file, such as those of `branches.mark_branches`.
    """
    edits: dict[str, list[Edit]] = {path: list(found) for path, found in (marks or {}).items()}
    for site in sources.sites.values():
        for place in site.heads or (site,):
            edits.setdefault(place.source.path, []).extend(_marks(place, site.id))
    changed = {path: apply_edits(sources.files[path].text, found).encode() for path, found in edits.items() if found}
    return sources.chart.with_files(changed)


def one_line_block(source: Source, node: Node) -> Block | None:
    """The `if` that is all that stands behind a key on its line, such as `kind: {{ if .a }}X{{ else }}Y{{ end }}`."""
    text = source.text
    stop = text.find("\n", node.key_span.end)
    line = Span(node.key_span.end, len(text) if stop < 0 else stop)
    for block in source.template.blocks:
        if block.keyword == "if" and line.start < block.span.start and block.span.end <= line.end:
            before, after = text[line.start : block.span.start], text[block.span.end : line.end]
            return block if not before.strip(" \t:") and after.strip()[:1] in ("", "#") else None
    return None


def _marks(site: Site, name: str) -> Iterator[Edit]:
    text = site.source.text
    if site.document.define and not any(node.key in ("metadata", SPLICE) for node in site.document.nodes):
        return  # another program's file, such as a kubeconfig: a mark might end up encoded, where nobody finds it
    for node in site.find("kind"):
        if node.value.of(text).strip("\"'") in _UNMARKED or node.value.start == node.value.end:
            continue
        stop = text.find("\n", node.value.end)
        stop = len(text) if stop < 0 else stop - (text[stop - 1] == "\r")
        block = one_line_block(site.source, node)
        if block and not block.end.trim_right:
            yield Edit(Span(block.span.end, block.span.end), f" {MARKER}{name}", "mark")
            continue
        tail = text[node.value.end : stop]
        glued = any(action.trim_right for action in site.source.template.actions_in(Span(node.value.start, stop)))
        if glued or "{{" in tail or "\n" in node.value.of(text) or tail.strip()[:1] not in ("", "#"):
            continue
        yield Edit(Span(node.value.end, node.value.end), f" {MARKER}{name}", "mark")


def with_sites(rendered: Rendered, sources: Sources) -> Rendered:
    """The render with a site for each object that carries no mark but can only stand in one place of its template."""
    if all(manifest.site or manifest.template.startswith("charts/") for manifest in rendered.objects):
        return rendered
    by_file: dict[tuple[str, str], list[Manifest]] = {}
    for manifest in rendered.objects:
        by_file.setdefault((manifest.template, manifest.ref.kind), []).append(manifest)
    known: dict[int, str] = {}
    for (path, kind), objects in by_file.items():
        if all(manifest.site for manifest in objects):
            continue
        places = [site for site in sources.in_file(path) if not site.document.define and kind in site.kinds()]
        if len(places) == 1:
            known.update((id(manifest), places[0].id) for manifest in objects)
        elif len(places) == len(objects):
            known.update((id(manifest), place.id) for manifest, place in zip(objects, places, strict=True))
    return rendered._replace(
        objects=tuple(
            manifest._replace(site=known[id(manifest)]) if not manifest.site and id(manifest) in known else manifest
            for manifest in rendered.objects
        ),
    )


def define_columns(templates: Iterable[LexedTemplate]) -> Mapping[str, int]:
    """The column of each define whose first line is text that is indented within the define itself.

    A trim marker takes such an indentation away, and what an action prints first is not known: those are left out.
    """
    found: dict[str, int] = {}
    for template in templates:
        for name, block in template.defines():
            column = _column(template, block)
            if column:
                found[name] = column
    return found


def _column(template: LexedTemplate, block: Block) -> int:
    """The blanks before the first text of a define; 0 where there are none, or an action comes first."""
    text, body = template.text, block.bodies()[0]
    position, eaten = body.start, block.openers[0].trim_right
    for action in (*template.actions_in(body), block.end):
        before = text[position : action.span.start]
        if before.strip():
            blanks = before[: len(before) - len(before.lstrip())]
            return 0 if eaten or "\n" not in blanks else len(blanks) - blanks.rfind("\n") - 1
        if action.keyword not in CONTROL:
            return 0
        position, eaten = action.span.end, action.trim_right
    return 0


# A literal name, or the beginning of one that is put together.
_INCLUDE_OR_TEMPLATE = re.compile(r"\b(?:include|template)\s+(?:\"([^\"\n]+)\"|`([^`\n]+)`|[$(])")
# What makes objects of text that is no template of the chart.
_GENERATES = re.compile(r"\.Files\.|\b(?:fromYaml|fromJson|tpl)\b")
_UNKNOWN = "generated text"


def maker(sources: Sources, path: str, kind: str) -> str:
    """Who makes the objects of `kind` that the template at `path` renders and does not write out, in words.

    A define that nowhere leads to `kind: <kind>` only helps, with names and labels.
    """
    if path.startswith("charts/"):
        return f"the dependency {path.split('/')[1]}"
    source = sources.files.get(path)
    if source is None:
        return _UNKNOWN
    library = defines_of_dependencies(sources.chart)
    own = {name: body.of(at.text) for name, (at, body) in sources.defines.items()}
    called = list(_called(source.text, {name: text for name, (_, text) in library.items()} | own, set()))
    for name in called:
        if name in library and _says(kind, name, library):
            return f"the dependency {library[name][0]} (`{name}`)"
    possible = dict.fromkeys(library[name][0] for name in library if _says(kind, name, library))
    if "" in called and possible:
        return f"the dependency {', '.join(possible)}"
    direct = (found[1] or found[2] or "" for found in _INCLUDE_OR_TEMPLATE.finditer(source.text))
    generating = [name for name in direct if _GENERATES.search(own.get(name, ""))]
    if generating:
        # Those before it check or complete the values.
        return f"the define `{generating[-1]}` of this chart, which puts it together from files or values,"
    listed = any(site.kinds() == ("List",) for site in sources.in_file(path))
    return "an action that prints the items of a `kind: List`" if listed else _UNKNOWN


def _says(kind: str, name: str, library: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a define of a dependency writes `kind: <kind>`, itself or through others."""
    texts = {known: text for known, (_, text) in library.items()}
    written = re.compile(rf"(?m)^\s*kind:\s*[\"']?{kind}\b")
    return any(written.search(texts.get(one, "")) for one in (name, *_called(texts[name], texts, {name})))


def _called(text: str, defines: Mapping[str, str], seen: set[str]) -> Iterator[str]:
    """The names that a text includes, through `defines` and in order; "" for one that is put together."""
    for found in _INCLUDE_OR_TEMPLATE.finditer(text):
        name = found[1] or found[2] or ""
        if name in seen:
            continue
        seen.add(name)
        yield name
        yield from _called(defines.get(name, ""), defines, seen)
