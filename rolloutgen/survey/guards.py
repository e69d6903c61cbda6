"""Conditions of a document, told to other places: when a workload is routed, and what its own place already says."""

from __future__ import annotations

import re

from ..source.draft import Define
from ..source.expression import free_variables
from ..source.refuse import refuse
from ..source.scope import lift, site_scope
from ..source.sources import Site, Sources
from .survey import Workload
from .terms import Terms


def routed_when(item: Workload, terms: Terms, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`; of local terms, at the Deployment) under which the workload is routed, "" for
    always."""
    if terms.local:
        return terms.condition, ()
    sites = [*item.services[:1], *item.virtual_services[:1]]
    blocks = [(site, pair) for site in sites for pair in site_scope(site).blocks]
    if not blocks:
        return "", ()
    if len({pair[0].openers[0].inner.of(site.source.text).strip() for site, pair in blocks}) == 1 < len(blocks):
        blocks = blocks[:1]
    site, (block, branch) = blocks[0]
    code = block.openers[0].inner.of(site.source.text).strip()
    if len(blocks) == 1 and block.keyword == "if" and branch == 0 and not free_variables(code):
        return code.removeprefix("if").strip(), ()
    body: str | None = "true\n"
    for site in reversed(sites):
        body = lift(body, site_scope(site), sources) if body is not None else None
    if body is None:
        raise refuse(
            "condition-in-loop",
            site.source,
            site.document.span.start,
            "the condition of the traffic Service cannot be repeated outside its place",
            "Put a plain condition around the Service.",
        )
    tight = re.sub(r"(?<! -)\s\}\}", " -}}", body).strip()
    name = f"{terms.prefix}.routed"
    return f'include "{name}" .', (Define(name, tight, 'Says "true" where the workload has its traffic Service.'),)


def present_when(item: Workload, prefix: str, guard: str, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, where its Service may be rendered or
    named without it; "" elsewhere. `guard` is the expression that chooses its kind."""
    if not item.service_alone and not item.named_alone:
        return "", ()
    return rendered_when(item, prefix, guard, sources)


def rendered_when(item: Workload, prefix: str, guard: str, sources: Sources) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is rendered, "" for always or where it cannot be told
    elsewhere. `guard` is the expression that chooses its kind."""
    site = item.sites[0].place
    blocks = site_scope(site).blocks
    if not blocks and guard and not free_variables(guard):
        return guard, ()
    if len(blocks) == 1 and not guard and blocks[0][0].keyword == "if" and blocks[0][1] == 0:
        code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        if not free_variables(code):
            return code, ()
    if not blocks and not guard:
        return "", ()
    inner = f"{{{{- if {guard} }}}}\ntrue\n{{{{- end }}}}\n" if guard else "true\n"
    body = lift(inner, site_scope(site), sources)
    if body is None:
        return "", ()
    tight = re.sub(r"(?<! -)\s\}\}", " -}}", body).strip()
    name = f"{prefix}.rolledOut"
    return f'include "{name}" .', (Define(name, tight, 'Says "true" where the workload is rendered.'),)


def implied(condition: str, site: Site) -> bool:
    """Whether the Deployment's own conditions already say `condition`."""
    site = site.place
    own = {
        block.openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        for block, branch in site_scope(site).blocks
        if block.keyword == "if" and branch == 0
    }
    return not condition or condition in own


def shown_when(site: Site) -> str:
    """The condition (root as `.`) of the notes: that of the Deployment where it can be repeated simply."""
    site = site.place
    blocks = site_scope(site).blocks
    if len(blocks) == 1 and blocks[0][0].keyword == "if" and blocks[0][1] == 0:
        code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        return "" if free_variables(code) else code
    return ""
