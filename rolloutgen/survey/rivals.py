"""Other kinds whose pods the traffic Service selects too, under values that nobody gave: `kind: Both` of a chart.

The controller's hash in the Service's selector would cut them off. Where given values show them the chart is refused;
where only a switch that was tried does, the new chart says so itself and the rest of it is converted.
"""

from __future__ import annotations

from ..source.expression import free_variables, grouped
from ..source.scope import site_scope
from ..source.sources import Site
from .context import Context
from .routing import selects

_KINDS = ("DaemonSet", "StatefulSet")


def barred(context: Context, served: str) -> tuple[str, ...]:
    """The expressions (root as `.`) under which the Service has a rival; () where that cannot be told. `served` is the
    one under which it is rendered, "" for always."""
    if not context.split or context.terms.local:
        return ()
    found: dict[str, None] = {}
    for render in context.survey.renders:
        namespace = render.value_set.release.namespace
        mine = [m for m in render.objects if m.site == context.site.id and m.ref.kind == "Deployment"]
        services = [m for m in render.objects if m.site in context.item.decision.service_sites]
        for service in (s for s in services if any(selects(s, deployment, namespace) for deployment in mine)):
            others = [m.site for m in render.objects if m.ref.kind in _KINDS and selects(service, m, namespace)]
            if others and not render.value_set.derived:
                return ()
            found.update(dict.fromkeys(others))
    codes = [_condition(context.sources.sites[site]) if site else "" for site in found]
    if not all(codes):
        return ()
    return tuple(f"and {grouped(code)} {grouped(served)}" if served else code for code in dict.fromkeys(codes))


def _condition(site: Site) -> str:
    """The plain condition around a document of one kind, "" for another."""
    blocks = site_scope(site).blocks
    if len(blocks) != 1 or blocks[0][0].keyword != "if" or blocks[0][1] or not set(site.kinds()) <= set(_KINDS):
        return ""
    code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
    return "" if free_variables(code) else code
