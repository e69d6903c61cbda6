"""A route that the Rollout does not weigh leads to the stable Service.

Why: The controller moves weights on the VirtualService only. What comes through an Ingress, an HTTPRoute or another
    router reaches the old version until the end of an update, and then the new one all at once.
Fix: Move its hosts to the public gateway set (rollout.hosts.public), or keep it as a way to the stable version.
Source: Argo Rollouts weighs only the routers that `trafficRouting` names.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.references import references_to
from rolloutgen.kube.release import VIRTUAL_SERVICE
from rolloutgen.model import Observation

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

_MOVE = "Move its hosts to the public gateway set (rollout.hosts.public)."
_FIX = f"{_MOVE[:-1]}, or weigh it by a router of its own ({{}}) instead of Istio."


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    for target in pair.targets:
        stable = pair.stable(target)
        if stable is None or target.decision.strategy != "canary":
            continue
        for route in pair.after.objects:
            leading = (found for found in references_to(route, stable.ref, target.release.namespace))
            first = next((found for found in leading if found.role == "route"), None)
            if first is not None and (route.ref.group, route.ref.kind) != VIRTUAL_SERVICE:
                message = f"{route.ref} leads to {target.stable} past the canary's weights"
                router = ROUTERS.get(route.ref.kind)
                yield Observation(route, first.at, message, hint=_FIX.format(router) if router else _MOVE)


CHECK = Check(code="ingress-bypasses-weights", severity="warning", objects=_spots)
