"""The App Mesh router has no virtual service, or its virtual router cannot be split.

Why: The controller sets the two weighted targets of each route of the VirtualRouter behind the VirtualService.
Fix: Name the virtual service; give every route of its router exactly two weightedTargets.
Source: argo-rollouts controller.go (getReferencedAppMeshResources), validation_references.go
    (ValidateAppMeshVirtualRouter); `kubectl argo rollouts lint` does not look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rolloutgen.kube.release import ReleaseView
from rolloutgen.kube.strategy import ROUTING, canaries, routing_of
from rolloutgen.kube.tree import dig, listing, mapping, rows, text
from rolloutgen.lint.rule import Rule
from rolloutgen.model import Manifest, Observation

_GROUP = "appmesh.k8s.aws"
_FIELD = (*ROUTING, "appMesh", "virtualService")
_TYPES = ("httpRoute", "http2Route", "grpcRoute", "tcpRoute")


def _faults(view: ReleaseView) -> Iterator[Observation]:
    for rollout, canary in canaries(view):
        block = dig(routing_of(canary), "appMesh")
        if not isinstance(block, Mapping):
            continue
        if block.get("virtualService") is None:
            yield Observation(rollout, _FIELD, "appMesh.virtualService is missing")
            continue
        name = text(block, "virtualService", "name")
        service = view.beside(rollout, (_GROUP, "VirtualService"), name)
        if service is None:
            message = f"the App Mesh VirtualService {name!r} is not in the release: it must exist"
            yield Observation(rollout, (*_FIELD, "name"), message, "warning")
            continue
        reference = mapping(service.body, "spec", "provider", "virtualRouter", "virtualRouterRef")
        namespace = text(reference, "namespace") or view.namespace(service)
        router = view.find((_GROUP, "VirtualRouter"), namespace, text(reference, "name"))
        if router is not None:
            yield from _routes(router)
        elif not reference:
            yield Observation(service, ("spec", "provider"), "the virtual service has no virtual router")


def _routes(router: Manifest) -> Iterator[Observation]:
    if not listing(router.body, "spec", "routes"):
        yield Observation(router, ("spec", "routes"), "the virtual router has no routes")
    for index, route in rows(router.body, "spec", "routes"):
        kind = next((name for name in _TYPES if isinstance(route.get(name), Mapping)), "")
        targets = listing(route, kind, "action", "weightedTargets") if kind else []
        if len(targets) != 2:
            message = f"route {text(route, 'name')!r} has {len(targets)} weighted targets; it needs two"
            yield Observation(router, ("spec", "routes", index), message)


RULE = Rule(
    code="app-mesh-router",
    severity="error",
    kinds=("Rollout",),
    check=_faults,
    good="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary}}}
""",
    bad="""
kind: Rollout
spec: {strategy: {canary: {stableService: web-stable, canaryService: web-canary, trafficRouting: {appMesh: {}}}}}
""",
)
