"""What other objects of the release ask before they speak of a workload: whether it, or its Service, is there."""

from __future__ import annotations

from collections.abc import Sequence

from ..rewrite import workload
from ..source.draft import Define
from ..source.scope import site_scope
from ..source.sources import Site
from ..survey.context import Context
from ..survey.guards import implied, rendered_when, routed_when, served_when
from ..survey.terms import workload_prefix


def present(context: Context, other: Site) -> tuple[str, Sequence[Define]]:
    """The expression (root as `.`) under which the workload is rendered, where what stands at `other` may be rendered
    without it: in some value set it is, or its own conditions do not ask for the kind; "" elsewhere, and for what
    follows the workload into its absence."""
    if other.id in context.item.decision.autoscaler_sites:
        return "", ()
    kind = workload.guard(context.site)
    asked = [opener for block, _ in site_scope(other).blocks for opener in block.openers[:1]]
    if not context.alone(other) and (not kind or any(kind in action.span.of(other.source.text) for action in asked)):
        return "", ()
    return rendered_when(context.item, workload_prefix(context.item, context.survey), kind, context.sources)


def weighed(context: Context, other: Site) -> tuple[tuple[str, ...], Sequence[Define]]:
    """The expressions (root as `.`) that all hold where traffic is weighed between two versions, as what stands at
    `other` has to ask them: the workload and its Service are there, and so is a VirtualService of the chart's own.
    None for always, or where the place of `other` says it."""
    item, terms, sources = context.item, context.terms, context.sources
    if terms.local:
        return (), ()
    codes: list[str] = []
    defines: list[Define] = []
    if context.alone(other):
        kind = workload.guard(context.site)
        code, found = rendered_when(item, workload_prefix(item, context.survey), kind, sources)
        codes.append(code)
        defines += found
    if item.virtual_services and other not in item.virtual_services:
        code, found = routed_when(item, terms, sources)
        codes.append("" if implied(code, other) else code)
        defines += found
    elif unserved(context, other):
        code, found = served_when(item, terms, sources)
        codes.append(code)
        defines += found
    return tuple(code for code in dict.fromkeys(codes) if code), defines


def unserved(context: Context, other: Site) -> bool:
    """Whether some render has the workload and what stands at `other`, but not the traffic Service."""
    services = {site.id for site in context.item.services}
    for render in context.survey.renders:
        here = {manifest.site for manifest in render.objects}
        if context.site.id in here and other.id in here and not services & here:
            return True
    return False
