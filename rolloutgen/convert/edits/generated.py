"""The Jinja environment over templates/resources: [[ ]] and [% %] let Helm's braces through; unset names fail.

YAML text that is put behind other YAML text.

Further documents behind one of the chart's own, in its file.

Labels and namespace of the traffic Service as text, for the objects that are generated beside it.

Which file of templates/ an object goes to: the guide's names, or those of the house.

Values of one workload among several: the shared `rollout:` block with `workloads.<key>` laid over it.

The port to which routes lead, where a Service has several.

How the text around an object calls the root context, and how a workload's files are called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from rolloutgen.convert.discover.survey import Survey, Workload
from rolloutgen.convert.edits.context import Context
from rolloutgen.convert.edits.name_expressions import Terms
from rolloutgen.convert.edits.operations import Define, EditFile
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.blockify import find_deep
from rolloutgen.gotemplate.expressions import EMPTY, Expr, as_number, include, parse
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.outline import Node, find
from rolloutgen.gotemplate.regions import closed, owned, reindent, without_blanks
from rolloutgen.gotemplate.scope import lift, root_symbol, scope_at, site_scope
from rolloutgen.gotemplate.sources import Site
from rolloutgen.gotemplate.template_text import expression
from rolloutgen.kube.tree import as_list, dig
from rolloutgen.model import Rendered
from rolloutgen.package_data import data_path
from rolloutgen.text_edits import Edit, Span, newline_of

if TYPE_CHECKING:
    import jinja2


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(data_path("templates") / "resources")),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["grouped"] = Expr.as_argument
    environment.filters["printed"] = Expr.as_text
    return environment


def resource(template: str, /, **terms: Any) -> str:
    """The Helm template text that templates/resources/`template`.j2 makes of `terms`; ends with one newline."""
    return _environment().get_template(f"{template}.j2").render(terms)


def indented(text: str, columns: int) -> str:
    """`text` moved right by `columns`, blank lines left empty."""
    return "".join(" " * columns + line if line.strip() else line for line in text.splitlines(keepends=True))


def block_yaml(value: Any, columns: int = 0) -> str:
    """`value` as block YAML, every line moved right by `columns`."""
    import yaml

    class Indented(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    return indented(yaml.dump(value, Dumper=Indented, sort_keys=False), columns)


_NOTHING = re.compile(
    r"(?:[ \t]*(?:#[^\n]*|---[ \t\r]*)?(?:\n|\Z))*?(\{[ \t]*\}[ \t]*\r?(?:\n|\Z))(?:[ \t]*(?:#[^\n]*|\r)?(?:\n|\Z))*"
)
_DOCUMENT_END = re.compile(r"(?m)^\.\.\.[ \t]*(?:#.*)?\r?$(?:\s*(?:#.*)?$)*\s*\Z")


def append_text(old: str, text: str, reason: str) -> Edit:
    """The edit that puts the keys of `text` behind those of `old`, with its newlines and a blank line between.

    A lone `{}` makes room for them; a `...` that ends the document stays the end. Helm reads nothing behind either.
    """
    newline = newline_of(old)
    empty = _NOTHING.fullmatch(old)
    if empty:
        start, rest = empty.start(1), old[empty.end(1) :]
        return Edit(Span(start, len(old)), rest + _led(old[:start] + rest, text, newline), reason)
    end = _DOCUMENT_END.search(old)
    at = end.start() if end else len(old)
    return Edit(Span(at, at), _led(old[:at], text, newline), reason)


def _led(old: str, text: str, newline: str) -> str:
    glue = "" if not old or old.endswith("\n") else newline
    lead = newline if old.strip() and not re.search(r"\n[ \t]*\r?\n\Z", old) else ""
    return (glue + lead if old.strip() else glue) + text.replace("\n", newline)


def documents_behind(site: Site, text: str, reason: str, present: Expr = EMPTY) -> Iterator[EditFile]:
    """The edits that put `text` (documents without the separator before the first; a further item where the site is one
    of a List) behind the document of `site`, inside the same blocks. `present` is the expression under which they are
    rendered, empty for always."""
    source, path = site.source.text, site.source.path
    end = site.document.span.end
    newline = newline_of(source)
    trimmed = len(source[:end].rstrip()) - 3
    if source.startswith("-}}", trimmed):
        # What follows must keep a line of its own.
        yield EditFile(path, Edit(Span(trimmed, trimmed + 1), "", reason))
    glue = "" if source[:end].endswith("\n") else newline
    ended = text if text.endswith("\n") else text + newline
    added = ended if site.listed else f"---{newline}{ended}"
    if present:
        added = f"{{{{- if {present} }}}}{newline}{added}{{{{- end }}}}{newline}"
    yield EditFile(path, Edit(Span(end, end), f"{glue}{added}", reason))


def metadata_text(site: Site, key: str, empty: Collection[str] = ()) -> str:
    """The Service's namespace or labels as text at column 2; labels `empty`, null in some render, are quoted there: a
    custom resource refuses a null."""
    parts: list[str] = []
    for node in _in_flow(site, key):
        parts.append(f"  {key}: {node.value.of(site.source.text)}\n")
    for node in site.find("metadata", key):
        text = closed(site, owned(site, node))
        if text is None:
            raise ChartRefused.in_source(
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


GUIDE: Mapping[str, str] = {
    "rollout": "rollout.yaml",
    "services": "services.yaml",
    "gateway": "gateway.yaml",
    "virtualservice": "virtualservice.yaml",
    "dnsendpoint": "dnsendpoint.yaml",
    "certificate": "cert.yaml",
    "autoscaler": "hpa.yaml",
    "destinationrule": "destinationrule.yaml",
    "ingress": "ingress.yaml",
    "analysistemplate": "analysistemplate.yaml",
}
KINDS: Mapping[str, str] = {
    "Deployment": "rollout",
    "Service": "services",
    "Gateway": "gateway",
    "VirtualService": "virtualservice",
    "DNSEndpoint": "dnsendpoint",
    "Certificate": "certificate",
    "HorizontalPodAutoscaler": "autoscaler",
    "DestinationRule": "destinationrule",
    "Ingress": "ingress",
    "AnalysisTemplate": "analysistemplate",
}


def file_name(what: str, files: Mapping[str, str]) -> str:
    """The name of the file for `what`, a key of GUIDE; `files` are those that the house names."""
    return files.get(what) or GUIDE[what]


def overlaid(terms: Terms, key: str, workload: str) -> tuple[Terms, tuple[Define, ...]]:
    """Terms whose block is the shared values (under `key`) with those of `workload` over them, and their defines."""
    prefix = terms.prefix.rsplit(".", 1)[0]
    overlay = Define(
        f"{prefix}.overlay",
        "{{- $base := index . 0 }}\n{{- range $key, $value := index . 1 }}\n"
        '{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}\n'
        f'{{{{- include "{prefix}.overlay" (list (get $base $key) $value) }}}}\n'
        "{{- else }}\n{{- $_ := set $base $key $value }}\n{{- end }}\n{{- end }}",
        "Lays the second map over the first, in place: maps merge, all else replaces.",
    )
    mine = Define(
        f"{terms.prefix}.rollout",
        f'{{{{- $block := deepCopy (omit (.Values.{key} | default dict) "workloads") }}}}\n'
        f'{{{{- include "{prefix}.overlay" (list $block (((.Values.{key}).workloads).{workload} | default dict)) }}}}\n'
        "{{- toYaml $block }}",
        f"The values of the rollout of {workload}.",
    )
    return replace(terms, block=parse(f"{include(mine.name)} | fromYaml")), (overlay, mine)


def traffic_port(item: Workload, site: Site, terms: Terms, survey: Survey) -> tuple[Expr, tuple[Define, ...]]:
    """The expression of the traffic port where a render shows several ports, empty for a Service that always has
    one."""
    several = any(
        len(as_list(dig(manifest.body, "spec", "ports"))) > 1
        for render in survey.renders
        for manifest in render.objects
        if manifest.site == site.id
    )
    items = [child for node in site.find("spec", "ports") for child in node.children]
    if not several and len(items) <= 1 and all(child.key == "-" for child in items):
        return EMPTY, ()
    plain = [
        child for child in items
        if child.key == "-" and len(scope_at(site.source, child.start).blocks) == len(site_scope(site).blocks)
    ]  # fmt: skip
    always_several = len(plain) > 1 and len(plain) == len(items)
    index = item.decision.port_index
    if always_several and index < len(plain):
        ports = find(plain[index].children, ("port",))
        code = expression(ports[0].value.of(site.source.text)) if len(ports) == 1 else None
        if code is not None and (terms.local or not code.free_variables()):
            return as_number(code), ()
    nodes = site.find("spec", "ports")
    regions = [owned(site, node) for node in nodes]
    body = "".join(region.of(site.source.text).replace("\r\n", "\n") for region in regions)
    place = scope_at(site.source, nodes[0].start) if nodes else site_scope(site)
    moving = tuple(pair for pair in place.blocks if pair[0].keyword != "if" and not _within(pair[0], regions))
    lifted = lift(body, replace(place, blocks=moving), survey.sources)
    # A condition that begins among the ports and ends behind them holds other fields too.
    if lifted is None or terms.local or any(site.source.template.cuts(region) for region in regions):
        raise ChartRefused.in_source(
            "ports-not-readable",
            site.source,
            site.document.span.start,
            "the traffic port of a Service with several cannot be read outside its template",
            "Write the ports one by one.",
        )
    name = f"{terms.prefix}.trafficPort"
    text = resource("traffic-port.tpl", ports=lifted.rstrip("\n"), index=index, prefix=terms.prefix)
    inner = Define(f"{terms.prefix}.trafficPorts", lifted.rstrip("\n"), "The ports of the traffic Service.")
    return include(name), (
        inner,
        Define(name, text.rstrip("\n"), "The port to which routes lead, where the Service has several."),
    )


def _within(block: Block, regions: Sequence[Span]) -> bool:
    """Whether a block is part of what is lifted already: a `with` that holds nothing but the ports."""
    return any(region.start <= block.openers[0].span.start < region.end for region in regions)


def root_of(site: Site, context: Context, what: str) -> Expr:
    """The symbol by which text at `site` reads the root: `.` or `$`, or an expression. Raises ChartRefused where it
    cannot; `what` is what stands there."""
    root = root_symbol(site_scope(site), context.sources)
    if root is None:
        raise rootless(site, what)
    return root


def rootless(site: Site, what: str) -> Exception:
    """The refusal of text that cannot read the root."""
    return ChartRefused.in_source(
        "define-without-root",
        site.source,
        site.document.span.start,
        f"the define that holds the {what} is not called with the root context",
        "Call it with `.` or `$`, or hand the root over in its dict or list, so that it can read values.",
    )


def file_of(context: Context, what: str) -> str:
    """The name that the house gives a file, such as "rollout" or "services"."""
    return file_name(what, context.options.house.files)
