"""A route of another kind still names the Service that was renamed.

Why: Ingresses, VirtualServices and routes of the Gateway API follow the stable Service by themselves. Other kinds keep
    the old name, and lead nowhere after the conversion.
Fix: Write the stable Service's name there, or convert with --service-names keep.
Source: The render after the conversion has no Service of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from rolloutgen.convert.checks import Check, CheckContext, RenderPair
from rolloutgen.kube.naming import host_tail
from rolloutgen.kube.tree import as_map, dig, strings
from rolloutgen.model import Observation

# Of each kind the last keys of the paths where a Service is named.
_KINDS = {
    "Route": ("name",),
    "HTTPProxy": ("name",),
    "IngressRoute": ("name",),
    "IngressRouteTCP": ("name",),
    "Mapping": ("service",),
    "ApisixRoute": ("serviceName",),
    "VirtualServer": ("service",),
    "TargetGroupBinding": ("name",),
    "AuthorizationPolicy": ("name",),
    "BackendTrafficPolicy": ("name",),
    "BackendTLSPolicy": ("name",),
    "ServiceExport": ("name",),
    "ServiceProfile": ("name",),
}
_NOT_A_SERVICE = ("ServiceAccount", "Gateway", "Secret", "Middleware", "TLSOption", "TraefikService")


def _spots(pair: RenderPair, scene: CheckContext) -> Iterator[Observation]:
    renamed = [target for target in pair.targets if target.renamed and target.service]
    for manifest in pair.after.objects if renamed else ():
        if manifest.ref.kind not in _KINDS or not manifest.ref.group:
            continue
        here = pair.view.namespace(manifest)
        for target in renamed:
            assert target.service is not None
            old = target.service.ref.name
            by_name = manifest.ref.kind in ("ServiceExport", "ServiceProfile")
            if by_name and host_tail(manifest.ref.name, old, target.namespace, here) is not None:
                message = f"{manifest.ref} is about Service {old}, which is {target.stable} now"
                yield Observation(manifest, ("metadata", "name"), message)
            for at, value in strings(as_map(manifest.body.get("spec")), ("spec",)):
                if at[-1] in _KINDS[manifest.ref.kind] and len(at) > 2 and not by_name:
                    if host_tail(value.partition(":")[0], old, target.namespace, here) is None:
                        continue
                    if _kind_beside(manifest.body, at) not in _NOT_A_SERVICE:
                        yield Observation(
                            manifest, at, f"{manifest.ref} leads to Service {old}, which is {target.stable} now"
                        )


def _kind_beside(body: object, at: tuple[str | int, ...]) -> str:
    return str(as_map(dig(body, *at[:-1])).get("kind") or "Service")


CHECK = Check(code="route-names-old-service", severity="warning", objects=_spots)
