"""ConfigMaps and Secrets by version: the content moves into a define that is hashed, the hash into each name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rolloutgen.convert.discover.values_keys import keys_of
from rolloutgen.convert.edits.annotations import Added, annotated
from rolloutgen.convert.edits.name_expressions import name_anywhere
from rolloutgen.convert.edits.operations import Define, EditFile, Item, NewFile
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.clauses import clauses_in, declared_in, variables_in
from rolloutgen.gotemplate.expressions import Expr, include, parse
from rolloutgen.gotemplate.object_names import name_of
from rolloutgen.gotemplate.outline import Node
from rolloutgen.gotemplate.scope import inner_blocks, lift, root_symbol, site_scope, variables
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.gotemplate.template_text import expression, is_quoted
from rolloutgen.kube.pods import CONTENT
from rolloutgen.model import Rendered
from rolloutgen.text_edits import Edit, Span, apply_edits, newline_of

REASON = "config-version"
_HINT = "convert with --no-config-by-version"
_MERGED = parse('(dict "helm.sh/resource-policy" "keep" "argocd.argoproj.io/sync-options" "Prune=false")')
_KEPT = ("helm.sh/resource-policy: keep", "argocd.argoproj.io/sync-options: Prune=false")


_ROOT = parse("$root")


@dataclass(frozen=True)
class Config:
    """One ConfigMap or Secret of the source. `code` is the expression of its name at its place, `closed` one that holds
    at any root; `hash` names the define that prints its hash, or nothing where it is not rendered; `always` tells that
    it always is."""

    site: Site
    kind: str
    code: Expr
    closed: Expr
    hash: str
    always: bool

    def suffix(self, root: Expr) -> str:
        """The template text behind its name."""
        call = include(self.hash, root)
        return f"-{{{{ {call} }}}}" if self.always else f"{{{{ with {call} }}}}-{{{{ . }}}}{{{{ end }}}}"


def version_configs(
    sites: Sequence[Site],
    sources: Sources,
    renders: Sequence[Rendered],
    prefix: str,
    split: Collection[str],
    others: Sequence[Item],
) -> tuple[tuple[Config, ...], tuple[Item, ...]]:
    """The objects, and `others` with what changes at each object: its name, its annotations, its content.

    `prefix` begins the names of the defines; files of `split` are taken apart, so that nothing can be added to them.
    `others` are the items of other rewrites: their edits of a content that moves are made in its new place.
    Raises ChartRefused where a name, the content or the conditions of one cannot be read outside its place.
    """
    keys = keys_of(sites)
    configs: list[Config] = []
    items = list(others)
    for site in sites:
        key = keys[site.id]
        while any(f"{prefix}.{key}{word}" in sources.defines for word in ("Data", "Hash", "PlainName")):
            key += "Version"
        edits = [item for item in items if isinstance(item, EditFile) and item.path == site.source.path]
        inner = [item for item in edits if any(region.covers(item.edit.span) for region in _content(site))]
        items = [item for item in items if item not in inner]
        config, found = _one(site, sources, f"{prefix}.{key}", inner, in_place=site.source.path not in split)
        configs.append(config)
        bodies = [m.body for render in renders for m in render.objects if m.site == site.id]
        added = Added(merged=_MERGED, code=REASON, hint=_HINT, lines=_KEPT)
        items += found
        items += annotated(site, added, bodies)
    return tuple(configs), tuple(items)


def _one(
    site: Site, sources: Sources, name: str, inner: Sequence[EditFile], *, in_place: bool
) -> tuple[Config, list[Item]]:
    source, scope = site.source, site_scope(site)
    root = root_symbol(scope, sources)
    code = name_of(site)
    nodes = site.find("metadata", "name")
    if root is None or scope.ranged or any(block.keyword == "with" for block, _ in scope.blocks):
        raise _unreadable(site, site.document.span.start, "stands in a loop, or in a define without the root context")
    closed, defines = name_anywhere(
        site, sources, f"{name}PlainName", f"Name of the {site.kinds()[0]} without its version."
    )
    if code is None or closed is None or len(nodes) != 1 or nodes[0].value.of(source.text)[:1] in "|>":
        raise _unreadable(site, site.document.span.start, "has a name that cannot be read outside its place")
    regions = _content(site)
    content = "".join(_ended(_edited(source.text, region, inner)) for region in regions)
    prelude = variables(replace(scope, blocks=()), variables_in(content) - declared_in(content), content)
    if not regions or prelude is None or ".Template.Name" in content:
        raise _unreadable(site, site.document.span.start, "has content that reads what only its place knows")
    lifted = "".join(f"{line}\n" for line in prelude) + content
    fields = " ".join(f'"{field}"' for field in CONTENT)
    # Helm takes what is nil out of what a template prints, not out of what it includes.
    held = f'include "{name}Data" . | replace "<no value>" "" | fromYaml'
    printed = f"{{{{- pick ({held}) {fields} | toJson | sha256sum | trunc 8 }}}}\n"
    body = lift(printed, scope, sources)
    if body is None:
        raise _unreadable(site, site.document.span.start, "stands under a condition that cannot be repeated elsewhere")
    config = Config(site, site.kinds()[0], code, closed, f"{name}Hash", not scope.blocks)
    about = (
        f"Hash of the content of the {config.kind}, by which its versions are told apart; nothing where there is none."
    )
    items: list[Item] = [*defines, Define(config.hash, body.rstrip("\n"), about)]
    items.append(_named(config, nodes[0], include(config.hash, root)))
    call = f'{{{{- include "{name}Data" {root} }}}}\n'
    for index, region in enumerate(regions):
        new = "" if index else call.replace("\n", _newline(site))
        items.append(EditFile(source.path, Edit(region, new, REASON)))
    held = f'{{{{- define "{name}Data" }}}}\n{lifted}{{{{ end }}}}\n'.replace("\r\n", "\n").replace(
        "\n", _newline(site)
    )
    if in_place:
        glue = "" if source.text.endswith("\n") else _newline(site)
        end = len(source.text)
        items.append(EditFile(source.path, Edit(Span(end, end), glue + held, REASON)))
    else:
        items.append(NewFile(f"templates/_{name.rpartition('.')[2]}-data.tpl", held, REASON))
    return config, items


def _newline(site: Site) -> str:
    return newline_of(site.source.text)


def _edited(text: str, region: Span, inner: Sequence[EditFile]) -> str:
    """The text of a region with the edits that other rewrites make in it."""
    moved = [
        Edit(Span(found.edit.span.start - region.start, found.edit.span.end - region.start), found.edit.new, "")
        for found in inner
        if region.covers(found.edit.span)
    ]
    return apply_edits(region.of(text), moved)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _content(site: Site) -> list[Span]:
    """The lines of data, binaryData and stringData, with the conditions of the document around them."""
    text = site.source.text
    regions: dict[Span, None] = {}
    for node in site.document.nodes:
        if node.key in CONTENT:
            blocks = inner_blocks(site, node.key_span.start)
            span = blocks[0][0].span if blocks else node.span
            start = text.rfind("\n", 0, span.start) + 1
            stop = span.end if text[span.end - 1 : span.end] == "\n" else text.find("\n", span.end) + 1
            regions[Span(start, stop or len(text))] = None
    return list(regions)


def _named(config: Config, node: Node, call: Expr) -> EditFile:
    """The name with the hash behind it."""
    source = config.site.source
    text = node.value.of(source.text)
    if _is_quoted(text):
        joined = f'{{{{ printf "%s-%s" {config.code.as_argument()} ({call}) }}}}'
        return EditFile(source.path, Edit(node.value, joined, REASON))
    at = node.value.end - (text[-1:] in "\"'")
    return EditFile(source.path, Edit(Span(at, at), f"-{{{{ {call} }}}}", REASON))


def _is_quoted(text: str) -> bool:
    """Whether an action of a text quotes what it prints."""
    return any(is_quoted(clause.expr) for clause in clauses_in(text))


def _unreadable(site: Site, offset: int, why: str) -> Exception:
    return ChartRefused.in_source(
        "config-not-readable",
        site.source,
        offset,
        f"the {site.kinds()[0]} cannot get a name by version: it {why}",
        f"Write it as an object of its own with plain conditions, or {_HINT}.",
    )


def general(configs: Sequence[Config], name: str) -> Define:
    """The define that turns any name of a ConfigMap or Secret, called with (root, kind, name), into that by version."""
    lines = ["{{- $root := index . 0 }}", '{{- $name := index . 2 | default "" | toString }}', "{{- $name }}"]
    for config in configs:
        code = config.closed.reroot(_ROOT)
        lines += [
            f'{{{{- if and (eq (index . 1) "{config.kind}") (eq $name {code.as_argument()}) }}}}',
            f'{{{{- with include "{config.hash}" $root }}}}-{{{{ . }}}}{{{{- end }}}}',
            "{{- end }}",
        ]
    return Define(
        name, "\n".join(lines), "The name of a ConfigMap or Secret for (root, kind, name): by version where it has one."
    )


def wrapped(config: Config | None, kind: str, text: str, root: Expr, define: str) -> str | None:
    """The text of a reference that reads `text`: of `config`, or (None) of whatever it names at the time; None where it
    is no expression."""
    code = expression(text)
    if code is None:
        return None
    quote = text[0] if text[:1] in "\"'" else ""
    if config is not None and not _is_quoted(text):
        return f"{text[: len(text) - len(quote)]}{config.suffix(root)}{quote}"
    if config is not None and config.always:
        return f'{{{{ printf "%s-%s" {code.as_argument()} (include "{config.hash}" {root}) }}}}'
    return f'{quote}{{{{ include "{define}" (list {root} "{kind}" {code.as_argument()}) }}}}{quote}'
