"""spec.replicas where an autoscaler exists: the live number at the cutover and later, never outside its bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..draft import Define, EditFile, Item
from ..expression import expression, free_variables, grouped
from ..refuse import refuse
from ..regions import owned, whole_lines
from ..resources import resource
from ..scope import lift, root_symbol, site_scope
from ..sources import Site, Sources
from ..terms import Terms
from ..text import Edit, Span

REASON = "replicas"
_FIELDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", "1", "0"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount", "0", "100"),
}


def rewrite(site: Site, scaler: Site, terms: Terms, sources: Sources, *, root: str, omit: bool) -> Iterator[Item]:
    """The edits of `spec.replicas` for a workload that `scaler` (an HPA or ScaledObject) scales.

    `root` names the root context at the workload. Raises ChartRefused where the autoscaler's condition or its bounds
    cannot be read outside its template.
    """
    condition, define = _condition(scaler, terms, sources)
    if define:
        yield define
    spec = site.find("spec")[0]
    old = [node for node in spec.children if node.key == "replicas"]
    indent = next((child.indent for child in spec.children if child.key != "{{}}"), spec.indent + 2)
    pad, newline = " " * indent, "\r\n" if "\r\n" in site.source.text else "\n"
    if not omit:
        yield _bounds(scaler, terms, sources)
    value = "" if omit else f'{pad}replicas: {{{{ include "{terms.prefix}.rolloutReplicas" {root} }}}}{newline}'
    here = terms.at(condition, root) if condition else ""
    path, text = site.source.path, site.source.text
    if not old:
        if omit:
            return
        new = f"{pad}{{{{- if {here} }}}}{newline}{value}{pad}{{{{- end }}}}{newline}" if here else value
        stop = text.find("\n", spec.key_span.end) + 1
        yield EditFile(path, Edit(Span(stop, stop), new, REASON))
        return
    regions = list(dict.fromkeys(owned(site, node) for node in old))
    if len(regions) > 1:
        raise refuse(
            "replicas-not-readable", site.source, old[1].start, "it writes replicas in several places", "Write it once."
        )
    region = regions[0]
    if not here:
        yield EditFile(path, Edit(region, value, REASON))
        return
    block = _block_of(site, region)
    if (
        block
        and len(block.openers) == 1
        and _same(block.openers[0].inner.of(text), f"if not {grouped(here)}", f"if not ({here})")
    ):
        at = whole_lines(site.source, block.end.span).start
        lead = re.match(r"[ \t]*", text[at:])
        extra = f"{lead[0] if lead else pad}{{{{- else }}}}{newline}{value}"
        if not omit:
            yield EditFile(path, Edit(Span(at, at), extra, REASON))
        return
    head = (
        f"{pad}{{{{- if {here} }}}}{newline}{value}{pad}{{{{- else }}}}{newline}"
        if not omit
        else f"{pad}{{{{- if not {grouped(here)} }}}}{newline}"
    )
    yield EditFile(path, Edit(Span(region.start, region.start), head, REASON))
    yield EditFile(path, Edit(Span(region.end, region.end), f"{pad}{{{{- end }}}}{newline}", REASON))


def _block_of(site: Site, region: Span):  # type: ignore[no-untyped-def]
    return next(
        (b for b in site.source.template.blocks if region.start <= b.span.start and b.span.end <= region.end), None
    )


def _same(one: str, *others: str) -> bool:
    def bare(code: str) -> str:
        return re.sub(r"[\s()]", "", code)

    return bare(one) in {bare(other) for other in others}


def _condition(scaler: Site, terms: Terms, sources: Sources) -> tuple[str, Define | None]:
    """(expression under which the autoscaler is rendered, a define that it rests on); "" for always."""
    scope = site_scope(scaler)
    blocks = scope.blocks
    if not blocks and not scope.define:
        return "", None
    if len(blocks) == 1 and blocks[0][1] == 0 and blocks[0][0].keyword == "if" and root_symbol(scope, sources) == ".":
        code = blocks[0][0].openers[0].inner.of(scaler.source.text).strip().removeprefix("if").strip()
        if not free_variables(code):
            return code, None
    body = lift("true\n", scope, sources)
    if body is None:
        raise refuse(
            "autoscaler-in-loop",
            scaler.source,
            scaler.document.span.start,
            "its autoscaler stands in a loop or reads variables of its surroundings",
            "Write the autoscaler of this workload outside the loop, or use --replicas omit.",
        )
    name = f"{terms.prefix}.autoscaled"
    return f'include "{name}" .', Define(
        name,
        re.sub(r"(?<! -)\}\}", "-}}", body).replace(" -}}", " -}}").strip(),
        'Says "true" where the workload has an autoscaler.',
    )


def _bounds(scaler: Site, terms: Terms, sources: Sources) -> Define:
    kind = next((kind for kind in scaler.kinds() if kind in _FIELDS), "HorizontalPodAutoscaler")
    low_field, high_field, low_default, high_default = _FIELDS[kind]
    low, high = (_bound(scaler, field) for field in (low_field, high_field))
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
            raise refuse(
                "autoscaler-not-readable",
                scaler.source,
                scaler.document.span.start,
                "the bounds of its autoscaler cannot be read from its template",
                "Use --replicas omit.",
            )
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
        f"{terms.prefix}.rolloutReplicas",
        text.rstrip("\n"),
        "Replicas beside an autoscaler: what values say, else the live number, else the autoscaler's minimum.",
    )


def _bound(scaler: Site, field: str) -> str | None:
    """The expression of a bound, "" when the autoscaler does not set it; None when it is not written as one value."""
    nodes = scaler.find("spec", field)
    if not nodes:
        spec = scaler.find("spec")
        return None if any(child.key == "{{}}" for node in spec for child in node.children) else ""
    if len(nodes) > 1:
        return None
    code = expression(nodes[0].value.of(scaler.source.text))
    return None if code is None else grouped(code.strip('"') if re.fullmatch(r'"\d+"', code) else code)
