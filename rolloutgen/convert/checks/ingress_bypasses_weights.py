"""A route that the Rollout does not weigh leads to the stable Service.

Why: The controller moves weights on the VirtualService only. What comes through an Ingress, an HTTPRoute or another
    router reaches the old version until the end of an update, and then the new one all at once.
Fix: Move its hosts to the public gateway set (rollout.hosts.public), or keep it as a way to the stable version.
Source: Argo Rollouts weighs only the routers that `trafficRouting` names.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.naming import host_tail
from rolloutgen.kube.tree import as_map, strings
from rolloutgen.model import Manifest, Observation, Path

# The routers that trafficRouting knows beside Istio's.
ROUTERS = {
    "Ingress": "trafficRouting.nginx or .alb",
    "HTTPRoute": "the Gateway API plugin",
    "GRPCRoute": "the Gateway API plugin",
    "TCPRoute": "the Gateway API plugin",
    "TLSRoute": "the Gateway API plugin",
    "IngressRoute": "trafficRouting.traefik",
    "HTTPProxy": "the Contour plugin",
    "Mapping": "trafficRouting.ambassador",
    "ApisixRoute": "trafficRouting.apisix",
    "Route": "the OpenShift plugin",
}

_FIX = (
    "Move its hosts to the public gateway set (rollout.hosts.public), or weigh it by a router of its own ({}) "
    "instead of Istio."
)


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        stable = pair.stable(target)
        if stable is None or target.decision.strategy != "canary":
            continue
        for route in pair.after.objects:
            if route.ref.kind not in ROUTERS or not route.ref.group:
                continue
            at = _backend(route, target.stable, target.namespace, pair.view.namespace(route))
            if at is not None:
                message = f"{route.ref} leads to {target.stable} past the canary's weights"
                yield Observation(route, at, message, hint=_FIX.format(ROUTERS[route.ref.kind]))


def _backend(route: Manifest, service: str, namespace: str, here: str) -> Path | None:
    """Where a route names the Service first."""
    for at, value in strings(as_map(route.body.get("spec")), ("spec",)):
        if host_tail(value, service, namespace, here) is not None and at[-1] != "secretName":
            return at
    return None


CHECK = Check(code="ingress-bypasses-weights", severity="warning", objects=_spots)
