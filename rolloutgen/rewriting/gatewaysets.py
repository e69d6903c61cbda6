"""What the gateway sets of a workload are made from, and where their texts stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..rewrite import analysis, gatewayset, publichosts
from ..source.dictcalls import told_text
from ..source.draft import Item
from ..source.scope import Scope, lift, sole_call
from ..source.sources import Site
from ..survey.concerned import null_labels
from ..survey.context import Context
from ..survey.guards import routed_when
from ..survey.metadata import metadata_text, namespace_text
from ..survey.trafficport import traffic_port
from .roots import rootless


def sets_of(
    context: Context, site: Site, root: str, given: Mapping[str, str] | None
) -> tuple[gatewayset.Sets, list[Item]]:
    """What the gateway sets are made from, and the defines that they need. `given` is the dict that the only call of
    the Service's define hands over; without one it is None."""
    port, defines = traffic_port(context.item, site, context.terms, context.survey)
    items: list[Item] = list(defines)
    hosts = ""
    hosted = not context.item.decision.looped
    if context.item.virtual_services and hosted:
        hosts = f"{context.terms.prefix}.rolloutHosts"
        items += publichosts.hosts_define(context, hosts)
    namespace = namespace_text(site, context.survey.renders)
    labels = metadata_text(site, "labels", null_labels(context, site))
    if given is not None:
        texts = [told_text(text, given) for text in (namespace, labels)]
        if None in texts:
            raise rootless(site, "Service")
        namespace, labels = (text or "" for text in texts)
    own_public = bool(context.item.virtual_services)
    sets = gatewayset.Sets(context.terms, root, namespace, labels, port, own_public, hosts, context.weighed, hosted)
    return sets, items


def judged_text(sets: gatewayset.Sets, context: Context) -> Iterator[tuple[str, str]]:
    """The AnalysisTemplate, which has the labels of the sets."""
    mode = context.item.decision.analysis
    if mode:
        yield analysis.FILE, analysis.template(sets.terms, sets.root, sets.namespace + sets.labels, mode)


def as_files(texts: Sequence[tuple[str, str]], scope: Scope, context: Context) -> dict[str, str] | None:
    """The texts as whole files under the Service's conditions; None where they can only stand beside the Service."""
    if any(block.keyword == "with" for block, _ in scope.blocks):
        return None
    told = sole_call(scope, context.sources) is not None
    scope = replace(scope, define="") if told else scope
    merged: dict[str, str] = {}
    for name, text in texts:
        merged[name] = merged.get(name, "") + text
    if context.present:
        merged = {name: _under(context.present, text) for name, text in merged.items()}
    if context.weighed and context.item.virtual_services:
        # The chart's own VirtualServices may be left out: then there is nothing to preview beside them.
        condition, _ = routed_when(context.item, context.terms, context.sources)
        merged = {name: _under(condition, text) for name, text in merged.items()} if condition else merged
        scope = replace(scope, blocks=())
    lifted = {name: lift(text, scope, context.sources, file=True) for name, text in merged.items()}
    files = {name: text for name, text in lifted.items() if text is not None}
    return files if len(files) == len(lifted) else None


def _under(condition: str, text: str) -> str:
    return f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n"


def is_separated(text: str) -> bool:
    """Whether the text of a set begins its own document, behind variables of its own."""
    return text.lstrip().startswith("{{- $") and "\n---\n" in text[:200]
