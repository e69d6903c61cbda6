"""VirtualServices of the chart's own beside the Services to which they lead: in equal loops, or in defines that are
handed the same. There each of them is told at the place of the other, where none of them can be told at the root."""

from __future__ import annotations

from ..source.expression import printed
from ..source.objectname import name_of, resolved
from ..source.scope import site_scope
from ..source.sources import Site, Sources
from .context import Context
from .mentions import Name
from .survey import Workload
from .terms import Terms, chart_prefix, local_terms
from .together import condition, side_by_side


def name_beside(context: Context, site: Site) -> tuple[Name, Terms] | None:
    """The traffic Service's name as a VirtualService beside it writes it, and the terms of its place. None where that
    is not known, and where the VirtualService may be printed without the Service, or without its Deployment."""
    item, sources = context.item, context.sources
    service = item.services[0]
    pairs = [side_by_side(site, other, sources) for other in (service, item.sites[0])]
    raw, pair = name_of(service), pairs[0]
    if not raw or not pair or len(item.virtual_services) > 1 or any(not p or condition(p, sources) for p in pairs):
        return None
    code = next((code for code in (raw, resolved(raw, site_scope(service))) if pair.told(code, service, site)), None)
    if code is None:
        return None
    hashed = f"{chart_prefix(sources)}.cutName" if context.survey.decisions.hashed else ""
    terms = local_terms(item, code, sources, context.terms, hashed)
    return Name(printed(code), (code,), terms, frozenset()), terms


def code_beside(context: Context, site: Site) -> str | None:
    """The expression of a VirtualService's name as the place of the Deployment beside it reads it."""
    deployment, code = context.site, name_of(site)
    pair = side_by_side(deployment, site, context.sources)
    if pair is None or code is None:
        return None
    for way in (code, resolved(code, site_scope(site))):
        if pair.told(way, site, deployment):
            return way
    name = context.terms.name
    return name if pair.alike(name, deployment, code, site) else None


def routed_beside(item: Workload, sources: Sources) -> str | None:
    """The expression, as the Deployment's place reads it, under which the VirtualService beside it is printed, "" for
    always; None where there is no such expression."""
    pair = side_by_side(item.sites[0], item.virtual_services[0], sources)
    return condition(pair, sources) if pair else None
