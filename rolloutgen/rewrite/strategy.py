"""spec.strategy of the Rollout: takes the Deployment's own out, carries its surge over, puts the canary in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model import Analysis
from ..source.draft import Define, EditFile, Item
from ..source.expression import reads_dot
from ..source.regions import owned, owned_together
from ..source.resources import indented, resource
from ..source.scope import inner_blocks
from ..source.sharedbody import unshared
from ..source.sources import Site, Sources
from ..source.specnode import spec_of
from ..source.strategykey import strategy_keys
from ..source.yamlmap import SPLICE, Node
from ..survey.oldstrategy import as_define, carried_from, carried_over
from ..survey.spilled import Spilled
from ..survey.terms import Route, Terms
from ..text import Edit, Span

_NINDENT = re.compile(r"\b(n?indent )(\d+)")
REASON = "strategy"


def rewrite(
    site: Site,
    terms: Terms,
    sources: Sources,
    *,
    root: str,
    strategy: str,
    routed: bool,
    condition: str,
    routes: Sequence[Route],
    analysis: Analysis,
    analysis_define: str,
    namespace: str,
    guard: str,
    force: bool,
    barred: Sequence[str] = (),
    spilled: Spilled | None = None,
) -> Iterator[Item]:
    """The edits of one Deployment's strategy.

    `root` names the root context at the Deployment; `condition` is the expression under which the Rollout is routed, ""
    for always. `analysis_define` prints what `analysis` adds for the canary Service in `namespace`. `guard` is the
    expression under which the document is a Rollout at all, "" for always. With `force` a Recreate is no reason to
    fail. Under the expressions `barred` the template has to fail: the Service then selects other pods too.
    `spilled` prints keys of the spec, a strategy perhaps among them.
    """
    spec = spec_of(site)
    old = strategy_keys(site, spec.children, sources)
    indent = next((child.indent for child in spec.children if child.key != SPLICE), spec.indent + 2)
    here = routed and not condition
    carried = carried_over(site, old, terms, root, sources, here=here)
    if spilled:
        carried = carried_from(site, spilled.node, spilled.code, terms, root, sources, here=here)
        yield EditFile(site.source.path, Edit(spilled.node.value, spilled.without_strategy(site, guard), REASON))
    if carried.lines.startswith("{{-") and (not routed or condition) and not terms.local:
        # Lines that a condition may leave out could leave `canary:` empty, which is null; a map that is printed is not.
        carried = as_define(site, old, terms, root, sources)
    yield from carried.defines
    keys = '"maxUnavailable"' if strategy == "blue-green" else '"maxSurge" "maxUnavailable"'
    omitted = f" {keys}" if old or spilled else ""
    # A define knows the root alone; what reads the dot of a loop is merged where it stands.
    beside = carried.values if root != "." and reads_dot(carried.values) else ""
    block = terms.at(terms.block, root)
    lines = _NINDENT.sub(lambda found: f"{found[1]}{int(found[2]) + indent + 4}", indented(carried.lines, 4))
    text = resource(
        "strategy.yaml",
        blue_green=strategy == "blue-green",
        routed=routed and strategy == "canary",
        condition=condition,
        stable=terms.at(terms.stable, root),
        canary=terms.at(terms.canary, root),
        block=block,
        name=terms.at(terms.name, root),
        analysis=analysis,
        analysis_define=analysis_define,
        namespace=namespace,
        prefix=terms.prefix,
        root=root,
        omitted=omitted,
        values=carried.values,
        carried=_blue_green_only(lines) if strategy == "blue-green" else lines,
        n=indent,
        recreate="" if force else carried.recreate,
        heads=() if force else carried.heads,
        virtual_services=routes,
        barred=barred,
        beside=beside,
    )
    if strategy != "blue-green" and (not routed or condition):
        values = terms.at(carried.values, ".") if root == "." else carried.values.replace("$.", ".")
        values = "" if beside else values
        body = resource(
            "basic-canary.tpl", block=terms.block, omitted=omitted, values=values, alone=not lines, analysis=analysis
        )
        yield Define(
            f"{terms.prefix}.basicCanary",
            body.rstrip("\n"),
            "spec.strategy.canary where no router weighs the traffic: steps that need one are left out.",
        )
    shared = unshared(site, old[0]) if len(old) == 1 else None
    if shared:
        yield EditFile(site.source.path, Edit(shared.span, shared.text, REASON))
    yield from _placed(site, spec, () if shared else old, indented(text, indent), guard, " " * indent)


def _blue_green_only(lines: str) -> str:
    return "".join(line for line in lines.splitlines(keepends=True) if "maxSurge" not in line)


def _placed(site: Site, spec: Node, old: Sequence[Node], text: str, guard: str, pad: str) -> Iterator[Item]:
    path = site.source.path
    newline = "\r\n" if "\r\n" in site.source.text else "\n"
    together = owned_together(site, old)
    regions = [together or owned(site, node) for node in old]
    free = [region for region in regions if not _conditional(site, region)]
    at = free[0] if free else None
    if guard:
        # What stood there without a condition of its own is also the strategy of the other kinds; so is what has a key
        # for each kind.
        both = at is not None and any(at == node.span or node.key != "strategy" for node in old)
        other = f"{pad}{{{{- else }}}}\n{at.of(site.source.text)}" if at is not None and both else ""
        text = f"{pad}{{{{- if {guard} }}}}\n{text}{other}{pad}{{{{- end }}}}\n"
    text = text.replace("\r\n", "\n").replace("\n", newline)
    for region in dict.fromkeys(regions):
        yield EditFile(path, Edit(region, text if region == at else "", REASON))
    if at is None:
        offset = _insertion(site, spec)
        yield EditFile(path, Edit(Span(offset, offset), text, REASON))


def _conditional(site: Site, region: Span) -> bool:
    return any(block.span.start < region.start for block, _ in inner_blocks(site, region.start))


def _insertion(site: Site, spec: Node) -> int:
    """An unconditional place for the strategy: before selector, else before template, else right under `spec:`."""
    for key in ("selector", "template"):
        for node in spec.children:
            if node.key == key and not inner_blocks(site, node.key_span.start):
                return node.start
    for node in spec.children:
        if node.key != SPLICE and not inner_blocks(site, node.key_span.start) and node.start > spec.key_span.end:
            return node.start
    stop = site.source.text.find("\n", spec.key_span.end)
    return len(site.source.text) if stop < 0 else stop + 1
