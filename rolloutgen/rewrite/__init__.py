"""The source side of a conversion: which edits make a chart's templates render what `transform` says.

The modules beside this file know one kind of source each and nothing of each other; this one says what is rewritten and
joins what belongs together (a Rollout and the names of its Services).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..draft import Define, Item, NewFile, Rename
from ..expression import expression, free_variables
from ..options import Options
from ..mentions import Name
from ..refuse import refuse
from ..routing import points_at
from ..regions import owned, reindent
from ..resources import resource
from ..scope import lift, root_symbol, same_scope, scope_at, site_scope, variables
from ..sources import Site
from ..survey import Survey, Workload
from ..terms import Terms, name_anywhere, terms_of, with_root
from ..tree import as_list, dig
from ..yamlmap import find
from . import autoscaler, chartyaml, gatewayset, notes, nulls, references, replicas, service, split, strategy, values, virtualservice, workload


def rewrite(survey: Survey, options: Options, aliases: Mapping[str, Sequence[str]]) -> Iterator[Item]:
    """Everything that the conversion changes in the chart's files. Raises ChartRefused.

    `aliases` are the expressions, by workload key, that mean the traffic Service's name.
    """
    chart = survey.sources.chart
    survey = replace(survey, aliases=aliases)
    taken = set(chart.files)
    for item in survey.workloads:
        yield from _workload(item, survey, options, taken)
    yield from split.rewrite(survey.sources, _touched(survey))
    yield from values.rewrite(survey, options, preview_off=not _complete(options), derived=_derived(survey))
    yield from chartyaml.rewrite(chart, options.bump)


def _touched(survey: Survey) -> list[Site]:
    return [
        site
        for item in survey.workloads
        for site in (*item.sites, *item.services, *item.virtual_services, *item.autoscalers)
    ]


def _complete(options: Options) -> bool:
    return bool(options.house.issuer.get("name") and options.house.dns_targets)


def _derived(survey: Survey) -> bool:
    return any(item.virtual_services for item in survey.workloads)


def _workload(item: Workload, survey: Survey, options: Options, taken: set[str]) -> Iterator[Item]:
    sources = survey.sources
    site = item.sites[0]
    terms, defines = terms_of(item, survey)
    scope = site_scope(site)
    root = root_symbol(scope, sources)
    if root is None:
        raise refuse(
            "define-without-root", site.source, site.document.span.start,
            "the define that holds the Deployment is not called with the root context",
            "Call it with `.` or `$`, so that it can read the values of the rollout.",
        )
    if survey.decisions.several:
        terms, overlay = _overlaid(terms, item, survey)
        defines = (*defines, *overlay)
    yield from defines
    condition = ""
    split = bool(item.services) and item.decision.strategy != "basic" and (
        item.decision.router == "istio" or item.decision.strategy == "blue-green")
    routed = split and item.decision.strategy == "canary"
    if routed:
        condition, extra = _condition(item, terms, survey)
        yield from extra
        condition = "" if _implied(condition, site) else terms.at(condition, root)
    if len(item.autoscalers) > 1:
        second = item.autoscalers[1]
        raise refuse("two-autoscalers", second.source, second.document.span.start, "two autoscalers scale one workload", "Leave one.")
    for scaler in item.autoscalers:
        yield from replicas.rewrite(site, scaler, terms, sources, root=root, omit=options.replicas == "omit")
        yield from autoscaler.rewrite(scaler)
    guard = workload.guard(site)
    yield from workload.rewrite(site)
    yield from nulls.rewrite(site, _bodies(site, survey))
    routes = [strategy.Route(f"{{{{ {terms.at(terms.name, root)} }}}}", ("primary",))]
    if routed and item.virtual_services:
        routes, extra = _own_routes(item, terms, survey, root)
        yield from extra
    yield from strategy.rewrite(
        site, terms, root=root, strategy=item.decision.strategy, routed=routed, condition=condition, routes=routes, guard=guard,
        force=options.force,
    )
    for vertical in item.vertical:
        yield from autoscaler.rewrite(vertical)
    if split:
        yield from _services(item, terms, survey, taken, routed=routed)
    yield from _rename(site, taken, "deployment", "rollout")
    if not terms.local and not scope.ranged:
        yield from notes.rewrite(sources.chart, terms, _shown(site, survey))


def _own_routes(
    item: Workload, terms: Terms, survey: Survey, root: str
) -> tuple[list[strategy.Route], tuple[Define, ...]]:
    """The chart's own VirtualServices as the Rollout names them, and the defines that their names need."""
    name = _mention(item, terms, survey)
    found: list[strategy.Route] = []
    defines: list[Define] = []
    scopes = {site_scope(site).openers() for site in item.virtual_services}
    for number, site in enumerate(item.virtual_services):
        code, extra = name_anywhere(
            site, survey.sources, f"{terms.prefix}.virtualService{number or ''}", "Name of a VirtualService."
        )
        if name is None or code is None or len(scopes) > 1:
            raise refuse(
                "route-not-found", site.source, site.document.span.start,
                "its VirtualService stands in a loop, or several stand under different conditions",
                "Write it at the top of its template.",
            )
        defines += extra
        found.append(
            strategy.Route(
                f"{{{{ {terms.at(code, root)} }}}}", tuple(route.name for route in virtualservice.routes(site, name))
            )
        )
    return found, tuple(defines)


def _mention(item: Workload, terms: Terms, survey: Survey) -> Name | None:
    """The Service's old name as templates write it; None where it is not one expression."""
    site = item.services[0]
    text = site.find("metadata", "name")[0].value.of(site.source.text).strip().strip("\"'")
    code = expression(text)
    if code is None or terms.local or free_variables(code):
        return None
    alike = tuple(alias for alias in survey.aliases.get(item.decision.key, ()) if alias != code)
    # The Service's own document and its copy keep their labels and selectors; VirtualServices are rewritten by kind.
    skipped = frozenset((found.source.path, found.document.span) for found in (site, *item.virtual_services))
    return Name(text, (code, *alike), terms, skipped)


def _virtual_services(item: Workload, terms: Terms, survey: Survey, *, keep: bool, weighed: bool) -> Iterator[Item]:
    """The edits of the chart's own VirtualServices and of the Gateways that they bind to."""
    sources = survey.sources
    name = _mention(item, terms, survey)
    if name is None:
        return
    for site in item.virtual_services:
        root = root_symbol(site_scope(site), sources) or "."
        given = f"(({terms.at(terms.block, root)}).hosts).public"
        stable, canary = (terms.at(code, root) for code in (terms.stable, terms.canary))
        if not weighed:
            yield from virtualservice.renamed_hosts(site, name, stable, keep=keep)
            continue
        yield from virtualservice.rewrite(site, name, stable=stable, canary=canary, keep=keep)
        if _own_gateways(survey, [site]):
            yield from virtualservice.hosts(site, ("spec", "hosts"), given)
    for site in _own_gateways(survey, item.virtual_services) if weighed else ():
        root = root_symbol(site_scope(site), sources) or "."
        given = f"(({terms.at(terms.block, root)}).hosts).public"
        yield from virtualservice.hosts(site, ("spec", "servers", "-", "hosts"), given)


def _own_gateways(survey: Survey, sites: Sequence[Site]) -> list[Site]:
    """The sites of the release's own Gateways to which VirtualServices of `sites` bind in some render."""
    wanted = {site.id for site in sites}
    found: dict[str, None] = {}
    for render in survey.renders:
        bound = {
            str(gateway).rpartition("/")[2]
            for manifest in render.objects
            if manifest.site in wanted
            for gateway in as_list(dig(manifest.body, "spec", "gateways"))
        }
        found.update((m.site, None) for m in render.objects if m.ref.kind == "Gateway" and m.ref.name in bound and m.site)
    return [survey.sources.sites[site] for site in found if site in survey.sources.sites]


def _bodies(site: Site, survey: Survey) -> list[Mapping[str, Any]]:
    return [m.body for render in survey.renders for m in render.objects if m.site == site.id and m.ref.kind == "Deployment"]


def _overlaid(terms: Terms, item: Workload, survey: Survey) -> tuple[Terms, tuple[Define, ...]]:
    """Terms whose block is the shared values with the workload's own over them, and the defines that lay them."""
    key = survey.decisions.values_key
    prefix = terms.prefix.rsplit(".", 1)[0]
    overlay = Define(
        f"{prefix}.overlay",
        '{{- $base := index . 0 }}\n{{- range $key, $value := index . 1 }}\n'
        '{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}\n'
        f'{{{{- include "{prefix}.overlay" (list (get $base $key) $value) }}}}\n'
        "{{- else }}\n{{- $_ := set $base $key $value }}\n{{- end }}\n{{- end }}",
        "Lays the second map over the first, in place: maps merge, all else replaces.",
    )
    mine = Define(
        f"{terms.prefix}.rollout",
        f'{{{{- $block := deepCopy (omit (.Values.{key} | default dict) "workloads") }}}}\n'
        f'{{{{- include "{prefix}.overlay" (list $block (((.Values.{key}).workloads).{item.decision.key} | default dict)) }}}}\n'
        "{{- toYaml $block }}",
        f"The values of the rollout of {item.decision.key}.",
    )
    return replace(terms, block=f'include "{mine.name}" . | fromYaml'), (overlay, mine)


def _condition(item: Workload, terms: Terms, survey: Survey) -> tuple[str, tuple[Define, ...]]:
    """The expression (root as `.`) under which the workload is routed, "" for always."""
    sites = [*item.services[:1], *item.virtual_services[:1]]
    blocks = [(site, pair) for site in sites for pair in site_scope(site).blocks]
    if not blocks or terms.local:
        return "", ()
    if len({pair[0].openers[0].inner.of(site.source.text).strip() for site, pair in blocks}) == 1 < len(blocks):
        blocks = blocks[:1]
    site, (block, branch) = blocks[0]
    code = block.openers[0].inner.of(site.source.text).strip()
    if len(blocks) == 1 and block.keyword == "if" and branch == 0 and not free_variables(code):
        return code.removeprefix("if").strip(), ()
    body: str | None = "true\n"
    for site in reversed(sites):
        body = lift(body, site_scope(site), survey.sources) if body is not None else None
    if body is None:
        raise refuse(
            "condition-in-loop", site.source, site.document.span.start,
            "the condition of the traffic Service cannot be repeated outside its place",
            "Put a plain condition around the Service.",
        )
    tight = re.sub(r"(?<! -)\s\}\}", " -}}", body).strip()
    name = f"{terms.prefix}.routed"
    return f'include "{name}" .', (Define(name, tight, 'Says "true" where the workload has its traffic Service.'),)


def _implied(condition: str, site: Site) -> bool:
    """Whether the Deployment's own conditions already say `condition`."""
    own = {
        block.openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        for block, branch in site_scope(site).blocks
        if block.keyword == "if" and branch == 0
    }
    return not condition or condition in own


def _services(item: Workload, terms: Terms, survey: Survey, taken: set[str], *, routed: bool) -> Iterator[Item]:
    site = item.services[0]
    sources = survey.sources
    scope = site_scope(site)
    root = root_symbol(scope, sources)
    if root is None:
        raise refuse(
            "define-without-root", site.source, site.document.span.start,
            "the define that holds the Service is not called with the root context", "Call it with `.` or `$`.",
        )
    keep = item.decision.service_names == "keep"
    behind = ""
    if item.decision.router == "istio":
        port, port_defines = _port(item, site, terms, survey)
        yield from port_defines
        hosts_define = ""
        if item.virtual_services:
            hosts_define = f"{terms.prefix}.rolloutHosts"
            yield from _hosts(item.virtual_services[0], hosts_define, terms, survey)
        sets = gatewayset.Sets(
            terms, root, _metadata(site, "namespace"), _metadata(site, "labels"), port, bool(item.virtual_services),
            hosts_define, routed,
        )
        lifted = None if terms.local else _lifted(sets, scope, survey)
        if lifted is None:
            behind = "".join(
                text if text.lstrip().startswith("{{- $") and "\n---\n" in text[:200] else f"---\n{text}"
                for _, text in gatewayset.texts(sets)
            )
        else:
            merged: dict[str, str] = {}
            for name, text in lifted:
                merged[name] = merged.get(name, "") + text
            for name, text in merged.items():
                path = gatewayset.file_beside(site.source.path, name, frozenset(taken))
                taken.add(path)
                wrapped = lift(text, scope, sources)
                assert wrapped is not None
                yield NewFile(path, wrapped, gatewayset.REASON)
    yield from service.rewrite(site, terms, root=root, keep=keep, behind=behind)
    yield from _virtual_services(item, terms, survey, keep=keep, weighed=routed)
    if not keep:
        yield from _references(item, terms, survey)
    if len(sources.in_file(site.source.path)) == 1 and not site.document.define:
        yield from _rename(site, taken, "service", "services")


def _references(item: Workload, terms: Terms, survey: Survey) -> Iterator[Item]:
    name = _mention(item, terms, survey)
    if name is None:
        return
    routes: dict[str, None] = {}
    for render in survey.renders:
        namespace = render.value_set.release.namespace
        mine = [m for m in render.objects if m.site in item.decision.service_sites and m.ref.kind == "Service"]
        for manifest in render.objects:
            if manifest.ref.kind in references.ROUTES and manifest.site and any(points_at(manifest, s, namespace) for s in mine):
                routes[manifest.site] = None
    yield from references.rewrite(name, survey.sources, [survey.sources.sites[site] for site in routes])


def _lifted(sets: gatewayset.Sets, scope: object, survey: Survey) -> list[tuple[str, str]] | None:
    from ..scope import Scope

    assert isinstance(scope, Scope)
    if any(block.keyword == "with" for block, _ in scope.blocks):
        return None
    found = list(gatewayset.texts(sets))
    return found if all(lift(text, scope, survey.sources) is not None for _, text in found) else None


def _hosts(site: Site, name: str, terms: Terms, survey: Survey) -> Iterator[Item]:
    """The define that knows the hosts of an audience: what values list, else derived from the VirtualService's own."""
    own = virtualservice.own_hosts(site)
    binds = any(
        gateway != "mesh"
        for render in survey.renders
        for manifest in render.objects
        if manifest.site == site.id
        for gateway in as_list(dig(manifest.body, "spec", "gateways"))
    )
    lifted = lift(own + "\n", replace(site_scope(site), blocks=()), survey.sources) if own and binds else None
    if lifted is not None:
        yield Define(f"{terms.prefix}.publicHosts", lifted.rstrip("\n"), "The hosts of the public, as the chart's own VirtualService has them.")
    block = terms.block.replace(".Values", "$root.Values") if not terms.block.startswith("include") else with_root(terms.block, "$root")
    text = resource("hosts.tpl", block=block, derived=f"{terms.prefix}.publicHosts" if lifted is not None else "")
    yield Define(name, text.rstrip("\n"), "The hosts of an audience, called with (list $ audience): what values list, else what follows from the public hosts.")


def _metadata(site: Site, key: str) -> str:
    """The Service's namespace or labels as text at column 2."""
    parts: list[str] = []
    for node in site.find("metadata", key):
        span = owned(site, node)
        if site.source.template.cuts(span):
            raise refuse(
                "labels-not-readable", site.source, node.start, f"the {key} of the Service cannot be copied",
                "Put conditions around whole keys.",
            )
        text = span.of(site.source.text).replace("\r\n", "\n")
        parts.append(reindent(text if text.endswith("\n") else text + "\n", node.indent, 2))
    return "".join(dict.fromkeys(parts))


def _port(item: Workload, site: Site, terms: Terms, survey: Survey) -> tuple[str, tuple[Define, ...]]:
    """The expression of the traffic port where a render shows several ports, "" for a Service that always has one."""
    several = any(
        len(as_list(dig(manifest.body, "spec", "ports"))) > 1
        for render in survey.renders
        for manifest in render.objects
        if manifest.site == site.id
    )
    items = [child for node in site.find("spec", "ports") for child in node.children]
    if not several and len(items) <= 1 and all(child.key == "-" for child in items):
        return "", ()
    plain = [
        child for child in items
        if child.key == "-" and len(scope_at(site.source, child.start).blocks) == len(site_scope(site).blocks)
    ]  # fmt: skip
    always_several = len(plain) > 1 and len(plain) == len(items)
    index = item.decision.port_index
    if always_several and index < len(plain):
        ports = find(plain[index].children, ("port",))
        code = expression(ports[0].value.of(site.source.text)) if len(ports) == 1 else None
        if code is not None and (terms.local or not free_variables(code)):
            return code.strip('"') if re.fullmatch(r'"\d+"', code) else code, ()
    body = "".join(owned(site, node).of(site.source.text).replace("\r\n", "\n") for node in site.find("spec", "ports"))
    lifted = lift(body, replace(site_scope(site), blocks=()), survey.sources)
    if lifted is None or terms.local:
        raise refuse(
            "ports-not-readable", site.source, site.document.span.start,
            "the traffic port of a Service with several cannot be read outside its template",
            "Write the ports one by one.",
        )
    name = f"{terms.prefix}.trafficPort"
    text = resource("traffic-port.tpl", ports=lifted.rstrip("\n"), index=index, prefix=terms.prefix)
    inner = Define(f"{terms.prefix}.servicePorts", lifted.rstrip("\n"), "The ports of the traffic Service.")
    return f'include "{name}" .', (inner, Define(name, text.rstrip("\n"), "The port to which routes lead, where the Service has several."))


def _rename(site: Site, taken: set[str], old: str, new: str) -> Iterator[Item]:
    path = site.source.path
    folder, base = posixpath.split(path)
    stem, dot, ending = base.rpartition(".")
    match = re.search(rf"(?i){old}s?|deploy(?=$|[-_.])" if old == "deployment" else r"(?i)(?:service|svc)(?!s|account|monitor)", stem)
    if match is None:
        return
    word = match[0]
    put = new if word[:1].islower() else new[:1].upper() + new[1:]
    to = f"{folder}/{stem[: match.start()]}{put}{stem[match.end() :]}{dot}{ending}"
    if to == path or to in taken:
        return
    taken.add(to)
    yield Rename(path, to, "rename")


def _shown(site: Site, survey: Survey) -> str:
    """The condition (root as `.`) of the notes: that of the Deployment where it can be repeated simply."""
    blocks = site_scope(site).blocks
    if len(blocks) == 1 and blocks[0][0].keyword == "if" and blocks[0][1] == 0:
        code = blocks[0][0].openers[0].inner.of(site.source.text).strip().removeprefix("if").strip()
        return "" if free_variables(code) else code
    return ""
