"""No two objects of a render may have one name: Helm installs no such release, nor is told what belongs to which.

The meaning of a conversion: one pure function over rendered objects (see `transform`).

The modules beside this file know one kind each and nothing of each other; this one says in which order they act: first
what needs the whole render (which workloads, which routes), then each object by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolloutgen.convert.expected import (
    autoscaler,
    config_versions,
    gateway_set,
    nulls,
    references,
    service,
    strategy,
    virtual_service,
    workload,
)
from rolloutgen.convert.expected.target import (
    Edits,
    Part,
    Patched,
    Target,
    changes_of,
    find_targets,
    merged,
    moved,
    with_added,
)
from rolloutgen.errors import ChartRefused
from rolloutgen.kube.naming import ROUTE, route_name, same_when_cut
from rolloutgen.model import Change, Decisions, Diagnostic, Manifest, Ref, Release

LIMIT = "long-release-name"
_SHORTER = "use a shorter release name"


def check_workloads(objects: Iterable[Manifest], decisions: Decisions, release: Release) -> None:
    """Raises ChartRefused ("long-release-name") where two workloads have one name, or one selector because the names in
    it are cut: nothing else is said of such a render."""
    sites = {site for decision in decisions.workloads for site in decision.sites}
    found = [manifest for manifest in objects if manifest.ref.kind == "Deployment" and manifest.site in sites]
    alike = same_when_cut(found, release)
    if alike:
        raise _own_names(alike, release)


def check_names(
    before: Iterable[Ref], after: Iterable[Ref], new: Iterable[Ref], targets: Sequence[Target], release: Release
) -> None:
    """Raises ChartRefused where one of the `new` objects takes a name that `after`, all objects of the new render, has
    already ("name-taken"), also where only a release name of this length makes them equal ("long-release-name")."""
    count = Counter(ref.identity(release.namespace) for ref in after)
    taken = next((ref for ref in new if count[ref.identity(release.namespace)] > 1), None)
    if taken is None:
        return
    if max(Counter(ref.identity(release.namespace) for ref in before).values()) > 1:
        raise _own_names(targets[0].workload, release)
    if any(target.shortened for target in targets):
        why = f"cut to 63 characters, {taken} is not the only one of its name under the release {release.name}"
        hint = f"{_SHORTER}, or --service-names keep"
        raise ChartRefused.of_object(LIMIT, targets[0].workload, why, hint, cause="cut-name")
    why = f"the conversion makes {taken}, and the render has another object of that kind and name"
    hint = "rename the other one; where the chart is converted in part by hand, finish that by hand"
    raise ChartRefused.of_object("name-taken", targets[0].workload, why, hint)


def _own_names(workload: Manifest, release: Release) -> ChartRefused:
    why = f"two objects of the chart itself have one name or selector under the release {release.name}"
    return ChartRefused.of_object(LIMIT, workload, why, _SHORTER)


__all__ = ["Transformed", "transform"]

Listed = tuple[Manifest, tuple[str, ...]]  # a VirtualService, amended, and the names of the routes that it weighs


@dataclass(frozen=True, slots=True)
class Transformed:
    """A render after the conversion. `moved` pairs the old and the new name of objects that live on under another kind
    or name, so that a reader can be shown what changed inside them."""

    objects: tuple[Manifest, ...]
    changes: tuple[Change, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    moved: tuple[tuple[Ref, Ref], ...] = ()


@dataclass(frozen=True, slots=True)
class _RenderContext:
    """What the whole render says, for those who look at one object. Keys of `routing` and `gateways` are `id`s of
    original objects, those of `listed` the indexes of targets."""

    objects: Sequence[Manifest]
    targets: tuple[Target, ...]
    decisions: Decisions
    strays: Sequence[Manifest]
    routing: Mapping[int, Patched]
    gateways: Mapping[int, Sequence[str]]
    listed: Mapping[int, Sequence[Listed]]

    @property
    def renamed(self) -> tuple[Target, ...]:
        """The targets whose Service's name goes."""
        return tuple(target for target in self.targets if target.renamed)


def transform(
    objects: Sequence[Manifest], decisions: Decisions, rollout: Mapping[str, Any], release: Release
) -> Transformed:
    """What the converted chart must render where the original renders `objects`.

    `rollout` is the effective values block; it may lack any key. Bodies that do not change are shared with `objects`.
    A render without anything to convert comes back as it is. Raises ChartRefused where a conversion would break it.
    """
    check_workloads(objects, decisions, release)
    targets = find_targets(objects, decisions, rollout, release)
    strays = autoscaler.strays(objects, decisions, release)
    if not targets and not strays:
        return _by_version(_beside(Transformed(tuple(objects)), decisions), decisions, release)
    scene = _survey(objects, targets, decisions, strays)
    parts = [_converted(manifest, scene) for manifest in objects]
    made = [manifest.ref for part in parts for manifest in part.objects]
    check_names([m.ref for m in objects], made, [ref for part in parts for ref in part.new], targets, release)
    found = Transformed(
        tuple(manifest for part in parts for manifest in part.objects),
        tuple(change for part in parts for change in part.changes),
        tuple(finding for part in parts for finding in part.findings),
        tuple(pair for part in parts for pair in part.moved),
    )
    return _by_version(_beside(found, decisions), decisions, release)


def _beside(found: Transformed, decisions: Decisions) -> Transformed:
    """`found` with the other kinds that the text of a workload renders."""
    sites = {site for decision in decisions.workloads for site in decision.sites}
    patched = [(manifest, *nulls.beside(manifest, sites)) for manifest in found.objects]
    if not any(edits for _, _, edits in patched):
        return found
    changes = tuple(change for manifest, _, edits in patched for change in changes_of(manifest.ref, edits))
    objects = tuple(manifest._replace(body=body) if edits else manifest for manifest, body, edits in patched)
    return replace(found, objects=objects, changes=(*found.changes, *changes))


def _by_version(found: Transformed, decisions: Decisions, release: Release) -> Transformed:
    """`found` with ConfigMaps and Secrets by version: their content is what all else has made of it."""
    if not decisions.configs:
        return found
    named = config_versions.versioned(found.objects, decisions.configs, release)
    return replace(
        found,
        objects=named.objects,
        changes=(*found.changes, *named.changes),
        moved=(*found.moved, *named.moved),
    )


def _survey(
    objects: Sequence[Manifest], targets: tuple[Target, ...], decisions: Decisions, strays: Sequence[Manifest]
) -> _RenderContext:
    """Amend the VirtualServices, because what they route decides what else is made."""
    routing: dict[int, Patched] = {}
    gateways: dict[int, Sequence[str]] = {}
    listed: dict[int, list[Listed]] = {}
    for manifest in filter(virtual_service.is_virtual_service, objects):
        body = manifest.body
        edits: Edits = ()
        routes: dict[int, tuple[str, ...]] = {}
        for number, target in enumerate(targets):
            name = route_name(target.decision, decisions, manifest.site)
            body, more, names = virtual_service.amend(body, manifest, target, name)
            edits = merged(edits, more)
            if names:
                routes[number] = names
        for number in routes:
            body, more = _rebound(body, manifest, targets[number], objects, gateways)
            edits = merged(edits, more)
        for number, names in routes.items():
            listed.setdefault(number, []).append((manifest._replace(body=body), names))
        routing[id(manifest)] = body, edits
    return _RenderContext(objects, targets, decisions, strays, routing, gateways, listed)


def _rebound(
    body: Mapping[str, Any],
    manifest: Manifest,
    target: Target,
    objects: Sequence[Manifest],
    gateways: dict[int, Sequence[str]],
) -> Patched:
    """A VirtualService on one of the release's own Gateways serves the public hosts that values name; so does it."""
    given = gateway_set.given_hosts(target, "public")
    bound = virtual_service.gateways_of(body, manifest, target)
    own = [
        candidate
        for candidate in objects
        if gateway_set.is_gateway(candidate)
        and (candidate.ref.home(target.release.namespace), candidate.ref.name) in bound
    ]
    if not given or not own:
        return body, ()
    gateways.update({id(gateway): given for gateway in own})
    return gateway_set.replace_hosts(body, given)


def _converted(manifest: Manifest, scene: _RenderContext) -> Part:
    for number, target in enumerate(scene.targets):
        if manifest is target.workload:
            return _workload(target, scene, scene.listed.get(number, ()))
    for number, target in enumerate(scene.targets):
        if manifest is target.service and target.split:
            return _services(target, scene, scene.listed.get(number, ()))
        if target.split and service.is_destination_rule(manifest, target):
            return _destination_rules(manifest, target, scene)
    body, edits = _own_changes(manifest, scene)
    return _patched(manifest, body, edits, scene)


def _own_changes(manifest: Manifest, scene: _RenderContext) -> Patched:
    """What the object's own kind asks for, before references to a renamed Service are followed."""
    if id(manifest) in scene.routing:
        return scene.routing[id(manifest)]
    if id(manifest) in scene.gateways:
        return gateway_set.replace_server_hosts(manifest.body, scene.gateways[id(manifest)])
    scaled = any(autoscaler.scales(manifest, target) for target in scene.targets)
    if scaled or any(manifest is stray for stray in scene.strays):
        return autoscaler.retarget(manifest.body, manifest)
    return manifest.body, ()


def _patched(manifest: Manifest, body: Mapping[str, Any], edits: Edits, scene: _RenderContext) -> Part:
    """An object that keeps its name; the very same one where nothing of it changes."""
    body, more, findings = _followed(manifest, body, scene)
    edits = merged(edits, more)
    if not edits:
        return Part((manifest,), findings=findings)
    return Part((manifest._replace(body=body),), changes_of(manifest.ref, edits), findings)


def _followed(
    manifest: Manifest, body: Mapping[str, Any], scene: _RenderContext
) -> tuple[Mapping[str, Any], Edits, tuple[Diagnostic, ...]]:
    renamed = scene.renamed
    if not renamed:
        return body, (), ()
    body, edits = references.rename_references(body, manifest, renamed)
    return body, edits, tuple(references.bare_names(body, manifest, renamed))


def _workload(target: Target, scene: _RenderContext, listed: Sequence[Listed]) -> Part:
    nulls.check_list_keys(target.workload.body, target.workload)
    body, edits, findings = _followed(target.workload, target.workload.body, scene)
    for step in (workload.as_rollout, nulls.without_nulls):
        body, more = step(body, target)
        edits = merged(edits, more)
    routes = [(virtual_service.name_in_rollout(found.ref, target), names) for found, names in listed]
    fresh = [(virtual_service.name_in_rollout(_public_ref(target), target), (ROUTE,))]
    wanted = strategy.with_analysis(strategy.strategy_of(target, routes or fresh), target)
    body, more = workload.replace_strategy(body, wanted)
    edits = merged(edits, more)
    body, more = workload.with_subscriptions(body, target)
    edits = merged(edits, more)
    body, more = autoscaler.with_replicas(body, target, _bounds(target, scene), scene.decisions)
    edits = merged(edits, more)
    manifest = workload.rollout_manifest(target, body)
    return moved(target.workload, manifest, edits, workload.RULE, findings)


def _bounds(target: Target, scene: _RenderContext) -> tuple[int, int] | None:
    found = (autoscaler.bounds(manifest) for manifest in scene.objects if autoscaler.scales(manifest, target))
    return next((bounds for bounds in found if bounds), None)


def _services(target: Target, scene: _RenderContext, listed: Sequence[Listed]) -> Part:
    original = target.service
    assert original is not None  # split says so
    stable = service.stable_service(original, target.stable)
    canary = service.canary_service(original, target.canary)
    body, edits, findings = _followed(original, stable.body, scene)
    stable = stable if body is stable.body else stable._replace(body=body)
    canary = canary._replace(body=_followed(original, canary.body, scene)[0])
    if target.renamed:
        edits = (*edits, (("metadata", "name"), service.STABLE_RULE))
        first = moved(original, stable, edits, service.STABLE_RULE, findings)
    else:
        first = Part((stable,), changes_of(stable.ref, edits), findings)
    return with_added(first, [(canary, service.CANARY_RULE), *_sets(target, listed)])


def _sets(target: Target, listed: Sequence[Listed]) -> Iterator[tuple[Manifest, str]]:
    """The gateway sets of a workload behind Istio with the rules that make them."""
    blue_green = target.decision.strategy == "blue-green" and target.decision.router == "istio"
    if not target.routed and not blue_green:
        return
    public = _public_ref(target)
    names = gateway_set.given_hosts(target, "public") or []
    # `helm upgrade --reuse-values` brings values without the block: then nothing is derived that needs more of it.
    own = gateway_set.derived_preview_hosts(listed[0][0].body) if listed and target.block else []
    preview = _given_or(gateway_set.given_hosts(target, "preview"), own)
    tracks = [("-preview", target.canary, preview)]
    if blue_green:
        tracks = [("", target.stable, [] if target.decision.virtual_service_sites else names), *tracks]
    else:
        tracks.append(("-stable", target.stable, gateway_set.given_hosts(target, "stable") or []))
        if not listed:
            spec = virtual_service.public_virtual_service(target, names)
            yield gateway_set.generated(target, public, spec), virtual_service.RULE
            yield from gateway_set.gateway_set(target, public.name, names)
        judged = strategy.template(target)
        if judged:
            yield gateway_set.generated(target, *judged), strategy.RULE
    for suffix, to, audience_hosts in tracks:
        if audience_hosts:
            ref = public._replace(name=f"{public.name}{suffix}")
            spec = virtual_service.track_virtual_service(target, to, audience_hosts, ref.name)
            yield gateway_set.generated(target, ref, spec), virtual_service.RULE
            yield from gateway_set.gateway_set(target, ref.name, audience_hosts)


def _given_or(given: list[str] | None, own: list[str]) -> list[str]:
    return own if given is None else given


def _public_ref(target: Target) -> Ref:
    namespace = target.service.ref.namespace if target.service else ""
    return Ref(virtual_service.API, "VirtualService", namespace, target.name)


def _destination_rules(manifest: Manifest, target: Target, scene: _RenderContext) -> Part:
    stable, *twins = service.destination_rules(manifest, target)
    edits = ((service.HOST, service.DESTINATION_RULE),) if stable is not manifest else ()
    return with_added(
        _patched(manifest, stable.body, edits, scene), [(twin, service.DESTINATION_RULE) for twin in twins]
    )
