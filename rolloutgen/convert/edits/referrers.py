"""What of a chart is about one workload's traffic Service: who points at it, and whose names mean it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rolloutgen.convert.discover.survey import Survey
from rolloutgen.convert.discover.unrendered import unseen_sites
from rolloutgen.convert.edits.context import Context
from rolloutgen.gotemplate.conditions import code_of
from rolloutgen.gotemplate.expressions import Expr
from rolloutgen.gotemplate.object_names import name_of
from rolloutgen.gotemplate.sources import Site
from rolloutgen.kube.references import FOLLOWED, Field, fields_of, kinds_naming, references_to
from rolloutgen.kube.release import DESTINATION_RULE, SERVICE, VIRTUAL_SERVICE, Kind
from rolloutgen.kube.tree import as_map, dig, maps
from rolloutgen.model import Manifest


def own_aliases(survey: Survey, aliases: Mapping[str, Sequence[Expr]]) -> Mapping[str, Sequence[Expr]]:
    """`aliases`, each for one workload: the one whose Service writes its name so, else the first."""
    named = {item.decision.key: name_of(item.services[0]) for item in survey.workloads if item.services}
    taken = {code for code in named.values() if code}
    mine: dict[str, Sequence[Expr]] = {}
    for key, codes in aliases.items():
        mine[key] = [code for code in codes if code not in taken or code == named.get(key)]
        taken.update(codes)
    return mine


def said_before(context: Context) -> bool:
    """Whether a workload before this one has a Service of the same name expression, whose references are followed."""
    own = name_of(context.item.services[0])
    for item in context.survey.workloads:
        if item.decision.key == context.item.decision.key:
            return False
        if item.services and name_of(item.services[0]) == own and item.decision.service_names != "keep":
            return True
    return False


def other_names(context: Context, mine: Sequence[Expr]) -> list[Expr]:
    """The expressions of the names of the chart's other Services."""
    services = [site for site in context.sources.sites.values() if "Service" in site.kinds()]
    codes = [code_of(site.value("metadata", "name")) for site in services if site.find("metadata", "name")]
    own = context.item.decision.key
    alike = [code for key, found in context.survey.aliases.items() if key != own for code in found]
    return [code for code in dict.fromkeys([*codes, *alike]) if code and code not in mine and not code.free_variables()]


# They have edits of their own.
_APART = (VIRTUAL_SERVICE, DESTINATION_RULE)


@dataclass(frozen=True, slots=True)
class Referrer:
    """A document that names the traffic Service, or may: its fields by which objects of its kinds name Services. `sure`
    tells that some render shows it."""

    site: Site
    fields: tuple[Field, ...]
    sure: bool


def referrers(context: Context) -> Iterator[Referrer]:
    """The documents whose objects name the traffic Service in some render, then those of such kinds that no render
    shows."""
    kinds: dict[str, dict[Kind, None]] = {}
    for render in context.survey.renders:
        sites = context.item.decision.service_sites
        mine = [service for service in render.objects if service.site in sites and service.ref.kind == "Service"]
        for manifest in render.objects:
            named = (
                found
                for service in mine
                for found in references_to(manifest, service.ref, render.value_set.release.namespace)
            )
            if manifest.site and any(found.followed for found in named):
                kinds.setdefault(manifest.site, {})[manifest.ref.group, manifest.ref.kind] = None
    for site, found in kinds.items():
        if not set(_APART) & found.keys():
            yield Referrer(context.sources.sites[site], _followed(found), True)
    others = [kind for kind in kinds_naming(SERVICE) if kind not in _APART]
    for unseen in unseen_sites(context.sources, context.survey.renders, others):
        yield Referrer(unseen, _followed(kind for kind in others if kind[1] in unseen.kinds()), False)


def _followed(kinds: Iterable[Kind]) -> tuple[Field, ...]:
    fields = (field for kind in kinds for field in fields_of(kind, SERVICE) if field.role in FOLLOWED)
    return tuple(dict.fromkeys(fields))


def places(context: Context, concerns: Callable[[Manifest, Manifest, str], bool]) -> list[Site]:
    """The places of the objects of which `concerns` says, in some render, that they are about the traffic Service."""
    found: dict[str, None] = {}
    for render in context.survey.renders:
        namespace = render.value_set.release.namespace
        sites = context.item.decision.service_sites
        mine = [service for service in render.objects if service.site in sites and service.ref.kind == "Service"]
        for manifest in render.objects:
            if manifest.site and any(concerns(manifest, service, namespace) for service in mine):
                found[manifest.site] = None
    return [context.sources.sites[site] for site in found]


def node_ports(context: Context, site: Site) -> bool:
    """Whether the Service has a nodePort in some render."""
    bodies = (m.body for render in context.survey.renders for m in render.objects if m.site == site.id)
    return any("nodePort" in port for body in bodies for port in maps(dig(body, "spec", "ports")))


def null_labels(context: Context, site: Site) -> list[str]:
    """The Service's labels that are null in some render."""
    bodies = (m.body for render in context.survey.renders for m in render.objects if m.site == site.id)
    labels = (as_map(dig(body, "metadata", "labels")) for body in bodies)
    return sorted({key for found in labels for key, value in found.items() if value is None})
