"""The bounds that an autoscaler's template writes, and those of all that a loop makes, by what they scale.

spec.replicas where an autoscaler exists: the live number at the cutover and later, never outside its bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rolloutgen.convert.discover.pairing import condition as condition_of
from rolloutgen.convert.discover.pairing import side_by_side
from rolloutgen.convert.discover.spread_spec import spec_of
from rolloutgen.convert.edits.conditions import standing
from rolloutgen.convert.edits.generated import resource
from rolloutgen.convert.edits.name_expressions import Terms, chart_prefix
from rolloutgen.convert.edits.operations import Define, EditFile, Item
from rolloutgen.errors import ChartRefused
from rolloutgen.gotemplate.expressions import expression, free_variables, grouped, with_root
from rolloutgen.gotemplate.lexer import Block
from rolloutgen.gotemplate.outline import SPLICE, Node
from rolloutgen.gotemplate.regions import owned, whole_lines
from rolloutgen.gotemplate.scope import has_root_only, inner_blocks, lift, root_symbol, same_scope, site_scope
from rolloutgen.gotemplate.sources import Site, Sources
from rolloutgen.kube.references import fields_scaling, kinds_called
from rolloutgen.text_edits import Edit, Span, newline_of

_FIELDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", "1", "0"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount", "0", "100"),
}


def fields_of(scaler: Site) -> tuple[str, str, str, str]:
    """The names of the fields that hold the minimum and the maximum, and what each is where it is not set."""
    kind = next((kind for kind in scaler.kinds() if kind in _FIELDS), "HorizontalPodAutoscaler")
    return _FIELDS[kind]


def bound(scaler: Site, field: str) -> str | None:
    """The expression of a bound, "" when the autoscaler does not set it; None when it is not written as one value."""
    nodes = scaler.find("spec", field)
    if not nodes:
        spec = scaler.find("spec")
        return None if any(child.key == SPLICE for node in spec for child in node.children) else ""
    if len(nodes) > 1:
        return None
    code = expression(nodes[0].value.of(scaler.source.text))
    if code is None or re.fullmatch(r'"\d+"', code):
        return code and code.strip('"')
    for block, branch in reversed(inner_blocks(scaler, nodes[0].key_span.start)):
        head = re.fullmatch(r"with\s+([$.][\w.$]*)", block.openers[branch].inner.of(scaler.source.text).strip())
        if block.keyword == "range" or (block.keyword == "with" and (head is None or branch)):
            return None
        code = with_root(code, f"({head[1]})") if head else code
    return grouped(code)


def listed(scaler: Site, sources: Sources, define: str) -> tuple[str, Define] | None:
    """The expression (root as `.`) of a map from the names of what the autoscalers of a loop scale to a list of their
    minimum and maximum, with the define that it rests on; None where the loop cannot be repeated elsewhere."""
    low, high, low_default, high_default = fields_of(scaler)
    shapes = [field.shape for kind in kinds_called(*scaler.kinds()) for field in fields_scaling(kind)]
    names = [node.value.of(scaler.source.text) for shape in shapes for node in scaler.find(*shape)]
    name = expression(names[0]) if len(names) == 1 else None
    bounds = [bound(scaler, field) for field in (low, high)]
    scope = site_scope(scaler)
    if name is None or None in bounds or not has_root_only(scope, sources):
        return None
    both = " ".join(code or default for code, default in zip(bounds, (low_default, high_default), strict=True))
    body = lift(f"{{{{ {name} | quote }}}}: {{{{ list {both} | toJson }}}}\n", scope, sources, loops=True)
    if body is None:
        return None
    sites = [site for site in sources.sites.values() if any(kind in _FIELDS for kind in site.kinds())]
    number = [site.id for site in sites if site_scope(site).ranged].index(scaler.id)
    called = f"{define}{number + 1 if number else ''}"
    about = "The minimum and maximum of each autoscaler that a loop makes, by the name of what it scales."
    return f'include "{called}" . | fromYaml', Define(called, body.strip(), about)


REASON = "replicas"


def set_replicas(
    site: Site, scalers: Sequence[Site], terms: Terms, sources: Sources, *, root: str, omit: bool, guard: str
) -> Iterator[Item]:
    """The edits of `spec.replicas` for a workload that `scalers` (HPAs and ScaledObjects, in the order of rendering)
    scale, one at a time.

    `root` names the root context at the workload; `guard` is the expression under which the document is a Deployment,
    "" for always: another kind keeps its replicas. Raises ChartRefused where an autoscaler's condition or its bounds
    cannot be read outside its template.
    """
    spec = spec_of(site)
    indent = next((child.indent for child in spec.children if child.key != SPLICE), spec.indent + 2)
    pad, newline = " " * indent, newline_of(site.source.text)
    branches: list[tuple[str, str]] = []
    for number, scaler in enumerate(scalers):
        name = f"{terms.prefix}.rolloutReplicas{number + 1 if number else ''}"
        if site_scope(scaler).ranged and (not terms.local or not _one_loop(site, scaler, sources)):
            by_name = listed(scaler, sources, f"{chart_prefix(sources)}.autoscalers")
            if by_name is None:
                raise _apart(scaler)
            yield by_name[1]
            condition, handed = _by_name(by_name[0], terms, root)
            if not omit:
                yield _handed_bounds(scaler, terms, name)
        elif terms.local:
            condition, handed = _beside(site, scaler, terms, sources, root, omit=omit)
            if not omit:
                yield _handed_bounds(scaler, terms, name)
        else:
            known = f"{terms.prefix}.autoscaled{number + 1 if number else ''}"
            found = standing(scaler, sources, known, 'Says "true" where the workload has an autoscaler.')
            if found is None:
                raise _apart(scaler)
            condition, defines = terms.at(found[0], root) if found[0] else "", found[1]
            yield from defines
            if not omit:
                yield _bounds(scaler, terms, sources, name)
            handed = root
        value = "" if omit else f'{pad}replicas: {{{{ include "{name}" {handed} }}}}{newline}'
        branches.append((condition, value))
        if not condition:
            break
    if omit:
        conditions = [condition for condition, _ in branches]
        every = conditions[0] if len(conditions) == 1 else f"or {' '.join(grouped(code) for code in conditions)}"
        branches = [("" if "" in conditions else every, "")]
    yield from _placed(site, spec, branches, pad, newline, guard)


def _guarded(condition: str, guard: str) -> str:
    if not guard or not condition:
        return condition or guard
    return f"and {grouped(guard)} {grouped(condition)}"


def _placed(
    site: Site, spec: Node, branches: Sequence[tuple[str, str]], pad: str, newline: str, guard: str
) -> Iterator[EditFile]:
    """The edits that put `branches` (condition, line; the last condition may be "" for always) before the old lines,
    where `guard` lets them."""
    asked = [condition for condition, _ in branches]
    branches = [(_guarded(condition, guard), value) for condition, value in branches]
    path, text = site.source.path, site.source.text
    old = [node for node in spec.children if node.key == "replicas"]
    words = ("if", *("else if" for _ in branches[1:]))
    chain = "".join(
        (f"{pad}{{{{- {word} {condition} }}}}{newline}" if condition else f"{pad}{{{{- else }}}}{newline}") + value
        for word, (condition, value) in zip(words, branches, strict=True)
    )
    here, value = branches[0]
    always = not branches[-1][0]
    if not old:
        if not value:
            return
        stop = text.find("\n", spec.key_span.end) + 1
        new = f"{chain}{pad}{{{{- end }}}}{newline}" if here else value
        yield EditFile(path, Edit(Span(stop, stop), new, REASON))
        return
    regions = list(dict.fromkeys(owned(site, node) for node in old))
    if len(regions) > 1:
        why = "it writes replicas in several places"
        raise ChartRefused.in_source("replicas-not-readable", site.source, old[1].start, why, "Write it once.")
    region = regions[0]
    if not here:
        yield EditFile(path, Edit(region, value, REASON))
        return
    if always:
        yield EditFile(path, Edit(region, f"{chain}{pad}{{{{- end }}}}{newline}", REASON))
        return
    shared = inner_blocks(site, region.start)
    if shared:
        # Other keys share the condition: what the autoscaler asks for stands before it, and it keeps the rest.
        start = whole_lines(site.source, shared[0][0].span).start
        yield EditFile(path, Edit(Span(start, start), f"{chain}{pad}{{{{- end }}}}{newline}" if value else "", REASON))
        conditions = [condition for condition, _ in branches]
        every, whole = (_any(codes) for codes in (conditions, asked))
        opener = shared[0][0].openers[shared[0][1]].inner.of(text)
        if len(shared) > 1 or shared[0][1] or not _same(opener, f"if not {whole}"):
            unless = f"{pad}{{{{- if not {every} }}}}{newline}"
            yield EditFile(path, Edit(Span(region.start, region.start), unless, REASON))
            yield EditFile(path, Edit(Span(region.end, region.end), f"{pad}{{{{- end }}}}{newline}", REASON))
        return
    block = _block_of(site, region)
    inner = block.openers[0].inner.of(text) if block and len(block.openers) == 1 and len(branches) == 1 else ""
    if block and inner and _same(inner, f"if not {grouped(asked[0])}", f"if not ({asked[0]})"):
        at = whole_lines(site.source, block.end.span).start
        lead = re.match(r"[ \t]*", text[at:])
        if value:
            word = f"else if {guard}" if guard else "else"
            extra = f"{lead[0] if lead else pad}{{{{- {word} }}}}{newline}{value}"
            yield EditFile(path, Edit(Span(at, at), extra, REASON))
        return
    head = f"{chain}{pad}{{{{- else }}}}{newline}" if value else f"{pad}{{{{- if not {grouped(here)} }}}}{newline}"
    yield EditFile(path, Edit(Span(region.start, region.start), head, REASON))
    yield EditFile(path, Edit(Span(region.end, region.end), f"{pad}{{{{- end }}}}{newline}", REASON))


def _any(conditions: Sequence[str]) -> str:
    return grouped(conditions[0]) if len(conditions) == 1 else f"(or {' '.join(grouped(code) for code in conditions)})"


def _block_of(site: Site, region: Span) -> Block | None:
    return next(
        (b for b in site.source.template.blocks if region.start <= b.span.start and b.span.end <= region.end), None
    )


def _same(one: str, *others: str) -> bool:
    def bare(code: str) -> str:
        return re.sub(r"[\s()]", "", code)

    return bare(one) in {bare(other) for other in others}


def _one_loop(site: Site, scaler: Site, sources: Sources) -> bool:
    """Whether equal loops make the workload and its autoscaler, or defines do that are handed what they know."""
    scopes = [site_scope(place) for place in (site, scaler)]
    return same_scope(*scopes) or not all(has_root_only(scope, sources) for scope in scopes)


def _by_name(known: str, terms: Terms, root: str) -> tuple[str, str]:
    """As `_beside`, where `known` is the expression (root as `.`) of the bounds of all autoscalers of a loop, by the
    name of what they scale."""
    every, name = with_root(known, root), grouped(terms.at(terms.name, root))
    return f"hasKey ({every}) {name}", f"(concat (list {root} {name}) (get ({every}) {name}))"


def _beside(site: Site, scaler: Site, terms: Terms, sources: Sources, root: str, *, omit: bool) -> tuple[str, str]:
    """The condition of an autoscaler as a workload of the same loop or of a define beside it reads it, and what the
    define of its replicas is handed there: the root, the workload's name, the bounds."""
    pair = side_by_side(site, scaler, sources)
    when = condition_of(pair, sources) if pair else None
    if pair is None or when is None:
        raise _apart(scaler)
    low_field, high_field, low_default, high_default = fields_of(scaler)
    bounds = [bound(scaler, field) for field in (low_field, high_field)]
    low, high = bounds
    if not omit and (low is None or high is None or not all(pair.told(code, scaler, site) for code in bounds if code)):
        raise _unreadable(scaler)
    return when, f"(list {root} {grouped(terms.name)} {low or low_default} {high or high_default})"


def _handed_bounds(scaler: Site, terms: Terms, name: str) -> Define:
    _, _, low_default, high_default = fields_of(scaler)
    text = resource(
        "replicas.tpl",
        prelude="",
        low="index . 2",
        high="index . 3",
        low_default=low_default,
        high_default=high_default,
        name="(index . 1)",
        namespace=with_root(terms.namespace, "(index . 0)"),
        block=with_root(terms.block, "(index . 0)"),
    )
    return Define(
        name,
        text.rstrip("\n"),
        "Replicas beside an autoscaler, for (root, name, its minimum and maximum): what values say, else the live\n"
        "number, else the minimum.",
    )


def _apart(scaler: Site) -> Exception:
    return ChartRefused.in_source(
        "autoscaler-in-loop",
        scaler.source,
        scaler.document.span.start,
        "its autoscaler stands in a define that its Deployment does not share, or reads what only its place knows",
        "Write the autoscaler beside its Deployment: in the same loop, or in a define that is called with the same.",
    )


def _unreadable(scaler: Site) -> Exception:
    return ChartRefused.in_source(
        "autoscaler-not-readable",
        scaler.source,
        scaler.document.span.start,
        "the bounds of its autoscaler cannot be read from its template",
        "Use --replicas omit.",
    )


def _bounds(scaler: Site, terms: Terms, sources: Sources, name: str) -> Define:
    low_field, high_field, low_default, high_default = fields_of(scaler)
    low, high = (bound(scaler, field) for field in (low_field, high_field))
    scope = site_scope(scaler)
    if (
        scope.define
        or free_variables(f"{low} {high}")
        or root_symbol(scope, sources) != "."
        or low is None
        or high is None
    ):
        file = scaler.source.path.removeprefix("templates")
        if scaler.source.path.rpartition("/")[2].startswith("_") or len(sources.in_file(scaler.source.path)) != 1:
            raise _unreadable(scaler)
        prelude = f'{{{{- $spec := (include (print .Template.BasePath "{file}") . | fromYaml).spec }}}}\n'
        low, high = f"$spec.{low_field}", f"$spec.{high_field}"
    else:
        prelude = ""
    text = resource(
        "replicas.tpl",
        prelude=prelude,
        low=low or low_default,
        high=high or high_default,
        low_default=low_default,
        high_default=high_default,
        name=grouped(terms.name),
        namespace=grouped(terms.namespace),
        block=terms.block,
    )
    return Define(
        name,
        text.rstrip("\n"),
        "Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.",
    )
