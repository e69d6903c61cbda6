"""Which fields of which kinds name other objects: one table, and the reading of it.

Every decision about a name that one object says of another reads this table: what leads to a Service, what follows it
to a new name, what is left dangling, what a removed object takes with it. A kind that is added here is known to all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from rolloutgen.kube.release import CONFIG_MAP, ISTIO_GATEWAY, SECRET, SERVICE, Kind, ReleaseView
from rolloutgen.kube.tree import as_map, dig, rows, text, texts
from rolloutgen.model import Json, Manifest, Path, Ref

Shape = tuple[str, ...]  # a path with "-" for each item of a list and "*" for any key of a map
# How a field writes a name:
#   name       the name alone
#   host       a host of the cluster: name[.namespace[.svc[.domain]]], perhaps with a scheme before and a port behind
#   ns/name    the name, or namespace/name
#   ns/host    namespace/host, "." and "*" for the namespace of the object and for all
#   name.ns    the name, or name.namespace
Form = Literal["name", "host", "ns/name", "ns/host", "name.ns"]
# What a reference is for, where a decision depends on it:
#   route      requests are sent to it
#   mirror     copies of requests are sent to it
#   about      settings or rules that hold for it, or for requests to it
#   called     the API server calls it: an object of the cluster, changed in one moment, whose caller checks the name
#   governs    a field that can never change
#   issued     a host that a certificate is issued for: its clients check it
#   own        the name of the object itself
#   version    the Service of one version of a Rollout
#   scale      the workload that an autoscaler scales
#   config     content that pods read: another name may hold another version of it
#   makes      the object that its controller makes
Role = Literal[
    "", "route", "mirror", "about", "called", "governs", "issued", "own", "version", "scale", "config", "makes"
]
# A conversion renames Services there by itself.
FOLLOWED: frozenset[Role] = frozenset({"route", "mirror", "about"})

ANY: Kind = ("*", "*")

# Three levels: what is named; by which kinds (group/Kind, further kinds of that group behind commas); by which fields,
# each with its role and form. `kind` tells that a field beside the name says which kind is named, the one above where
# it says none; under `*` it has to say one. `cluster` tells that `clusterScope: true` beside it means the kind of the
# cluster. A path that begins with `**` may stand anywhere in an object.
_TABLE = """
Service
  networking.k8s.io/Ingress
  extensions/Ingress
    spec.defaultBackend.service.name                      route
    spec.backend.service.name                             route
    spec.backend.serviceName                              route
    spec.rules[].http.paths[].backend.service.name        route
    spec.rules[].http.paths[].backend.serviceName         route
  gateway.networking.k8s.io/HTTPRoute,GRPCRoute,TCPRoute,TLSRoute,UDPRoute
  policy.linkerd.io/HTTPRoute,GRPCRoute
    spec.rules[].backendRefs[].name                                        route   kind
    spec.rules[].filters[].requestMirror.backendRef.name                   mirror  kind
    spec.rules[].backendRefs[].filters[].requestMirror.backendRef.name     mirror  kind
  networking.istio.io/VirtualService
    spec.hosts[]                                          about   host
    spec.http[].route[].destination.host                  route   host
    spec.http[].mirror.host                               mirror  host
    spec.http[].mirrors[].destination.host                mirror  host
    spec.tcp[].route[].destination.host                   route   host
    spec.tls[].route[].destination.host                   route   host
  networking.istio.io/DestinationRule
    spec.host                                             about   host
  networking.istio.io/Sidecar
    spec.egress[].hosts[]                                 about   ns/host
  traefik.io/IngressRoute
  traefik.containo.us/IngressRoute
    spec.routes[].services[].name                         route   kind
  traefik.io/IngressRouteTCP,IngressRouteUDP
  traefik.containo.us/IngressRouteTCP,IngressRouteUDP
    spec.routes[].services[].name                         route
  traefik.io/TraefikService
  traefik.containo.us/TraefikService
    spec.weighted.services[].name                         route   kind
    spec.mirroring.name                                   route   kind
    spec.mirroring.mirrors[].name                         mirror  kind
    spec.highestRandomWeight.services[].name              route   kind
  traefik.io/Middleware
  traefik.containo.us/Middleware
    spec.errors.service.name                              about   kind
    spec.forwardAuth.address                              about   host
  projectcontour.io/HTTPProxy
    spec.routes[].services[].name                         route
    spec.tcpproxy.services[].name                         route
  route.openshift.io/Route
    spec.to.name                                          route   kind
    spec.alternateBackends[].name                         route   kind
  apisix.apache.org/ApisixRoute
    spec.http[].backend.serviceName                       route
    spec.http[].backends[].serviceName                    route
    spec.stream[].backend.serviceName                     route
    spec.rules[].http.paths[].backend.serviceName         route
  apisix.apache.org/ApisixUpstream
    metadata.name                                         own
  getambassador.io/Mapping,TCPMapping
  x.getambassador.io/AmbassadorMapping,AmbassadorTCPMapping
    spec.service                                          route   host
  k8s.nginx.org/VirtualServer,VirtualServerRoute,TransportServer
    spec.upstreams[].service                              route   ns/name
  configuration.konghq.com/TCPIngress,UDPIngress
    spec.rules[].backend.serviceName                      route
  zalando.org/RouteGroup
    spec.backends[].serviceName                           route
  elbv2.k8s.aws/TargetGroupBinding
    spec.serviceRef.name                                  route
  split.smi-spec.io/TrafficSplit
    spec.service                                          about   host
    spec.backends[].service                               route   host
  appmesh.k8s.aws/VirtualNode
    spec.serviceDiscovery.dns.hostname                    route   host
  http.keda.sh/HTTPScaledObject
    spec.scaleTargetRef.service                           route
  monitoring.coreos.com/Probe
    spec.prober.url                                       about   host
  linkerd.io/ServiceProfile
    metadata.name                                         own     host
    spec.dstOverrides[].authority                         route   host
  multicluster.x-k8s.io/ServiceExport
  net.gke.io/ServiceExport
    metadata.name                                         own
  admissionregistration.k8s.io/ValidatingWebhookConfiguration,MutatingWebhookConfiguration
    webhooks[].clientConfig.service.name                  called
  apiregistration.k8s.io/APIService
    spec.service.name                                     called
  apiextensions.k8s.io/CustomResourceDefinition
    spec.conversion.webhook.clientConfig.service.name     called
    spec.conversion.webhookClientConfig.service.name      called
  cert-manager.io/Certificate
    spec.dnsNames[]                                       issued  host
  apps/StatefulSet
    spec.serviceName                                      governs
  argoproj.io/Rollout
    spec.strategy.canary.stableService                    version
    spec.strategy.canary.canaryService                    version
    spec.strategy.canary.pingPong.pingService             version
    spec.strategy.canary.pingPong.pongService             version
    spec.strategy.blueGreen.activeService                 version
    spec.strategy.blueGreen.previewService                version
    spec.strategy.canary.trafficRouting.alb.rootService   about
    spec.strategy.canary.trafficRouting.smi.rootService   about
*
  gateway.networking.k8s.io/BackendTLSPolicy,BackendLBPolicy
  gateway.networking.x-k8s.io/XBackendTrafficPolicy
  gateway.envoyproxy.io/BackendTrafficPolicy,SecurityPolicy,EnvoyExtensionPolicy
  networking.gke.io/GCPBackendPolicy,HealthCheckPolicy
  security.istio.io/AuthorizationPolicy,RequestAuthentication
  extensions.istio.io/WasmPlugin
  telemetry.istio.io/Telemetry
  networking.istio.io/EnvoyFilter
    spec.targetRef.name                                   about   kind
    spec.targetRefs[].name                                about   kind
  autoscaling/HorizontalPodAutoscaler
    spec.scaleTargetRef.name                              scale   kind
    spec.metrics[].object.describedObject.name            about   kind
    spec.metrics[].object.target.name                     about   kind
  autoscaling.k8s.io/VerticalPodAutoscaler
    spec.targetRef.name                                   scale   kind
  autoscaling.gke.io/MultidimPodAutoscaler
  datadoghq.com/WatermarkPodAutoscaler
    spec.scaleTargetRef.name                              scale   kind
  flagger.app/Canary
    spec.targetRef.name                                   about   kind
    spec.autoscalerRef.name                               about   kind
    spec.ingressRef.name                                  about   kind
    spec.routeRef.name                                    about   kind
  argoproj.io/Rollout
    spec.workloadRef.name                                         kind
  rbac.authorization.k8s.io/RoleBinding,ClusterRoleBinding
    roleRef.name                                                  kind
    subjects[].name                                               kind
apps/Deployment
  keda.sh/ScaledObject
  http.keda.sh/HTTPScaledObject
    spec.scaleTargetRef.name                              scale   kind
ConfigMap
  *
    **.configMap.name                                     config
    **.configMapRef.name                                  config
    **.configMapKeyRef.name                               config
  gateway.networking.k8s.io/BackendTLSPolicy
    spec.validation.caCertificateRefs[].name                      kind
Secret
  *
    **.secret.name                                        config
    **.secret.secretName                                  config
    **.secretRef.name                                     config
    **.secretKeyRef.name                                  config
    **.imagePullSecrets[].name
  ServiceAccount
    secrets[].name
  networking.k8s.io/Ingress
  extensions/Ingress
    spec.tls[].secretName
  gateway.networking.k8s.io/Gateway
    spec.listeners[].tls.certificateRefs[].name                   kind
  networking.istio.io/Gateway
    spec.servers[].tls.credentialName
  traefik.io/IngressRoute,IngressRouteTCP
  traefik.containo.us/IngressRoute,IngressRouteTCP
    spec.tls.secretName
  projectcontour.io/HTTPProxy
    spec.virtualhost.tls.secretName                               ns/name
  cert-manager.io/Certificate
    spec.secretName                                       makes
  cert-manager.io/Issuer,ClusterIssuer
    spec.ca.secretName
    spec.acme.privateKeySecretRef.name                    makes
  keda.sh/TriggerAuthentication
    spec.secretTargetRef[].name
ServiceAccount
  *
    **.serviceAccountName
PersistentVolumeClaim
  *
    **.persistentVolumeClaim.claimName
gateway.networking.k8s.io/Gateway
  gateway.networking.k8s.io/HTTPRoute,GRPCRoute,TCPRoute,TLSRoute,UDPRoute
  policy.linkerd.io/HTTPRoute,GRPCRoute
    spec.parentRefs[].name                                about   kind
networking.istio.io/Gateway
  networking.istio.io/VirtualService
    spec.gateways[]                                               ns/name
networking.k8s.io/Ingress
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.nginx.stableIngress
    spec.strategy.canary.trafficRouting.nginx.stableIngresses[]
    spec.strategy.canary.trafficRouting.alb.ingress
    spec.strategy.canary.trafficRouting.alb.ingresses[]
networking.istio.io/VirtualService
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.istio.virtualService.name              name.ns
    spec.strategy.canary.trafficRouting.istio.virtualServices[].name           name.ns
  networking.istio.io/VirtualService
    spec.http[].delegate.name
networking.istio.io/DestinationRule
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.istio.destinationRule.name
gateway.networking.k8s.io/HTTPRoute
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoute
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoutes[].name
gateway.networking.k8s.io/GRPCRoute
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.grpcRoute
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.grpcRoutes[].name
gateway.networking.k8s.io/TCPRoute
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.tcpRoute
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.tcpRoutes[].name
gateway.networking.k8s.io/TLSRoute
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.tlsRoute
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.tlsRoutes[].name
projectcontour.io/HTTPProxy
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/contour.httpProxies[]
  projectcontour.io/HTTPProxy
    spec.includes[].name
route.openshift.io/Route
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.plugins.argoproj-labs/openshift.routes[]
getambassador.io/Mapping
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.ambassador.mappings[]
apisix.apache.org/ApisixRoute
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.apisix.route.name
traefik.io/TraefikService
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.traefik.weightedTraefikServiceName
traefik.io/Middleware
  traefik.io/IngressRoute,IngressRouteTCP
  traefik.containo.us/IngressRoute,IngressRouteTCP
    spec.routes[].middlewares[].name
appmesh.k8s.aws/VirtualService
  argoproj.io/Rollout
    spec.strategy.canary.trafficRouting.appMesh.virtualService.name
argoproj.io/AnalysisTemplate
  argoproj.io/Rollout
    spec.strategy.canary.analysis.templates[].templateName                             cluster
    spec.strategy.canary.steps[].analysis.templates[].templateName                     cluster
    spec.strategy.canary.steps[].experiment.analyses[].templateName                    cluster
    spec.strategy.blueGreen.prePromotionAnalysis.templates[].templateName              cluster
    spec.strategy.blueGreen.postPromotionAnalysis.templates[].templateName             cluster
  argoproj.io/Experiment
    spec.analyses[].templateName                                                       cluster
  argoproj.io/AnalysisTemplate,ClusterAnalysisTemplate
    spec.templates[].templateName                                                      cluster
cert-manager.io/Issuer
  cert-manager.io/Certificate
    spec.issuerRef.name                                           kind
keda.sh/TriggerAuthentication
  keda.sh/ScaledObject,ScaledJob
    spec.triggers[].authenticationRef.name                        kind
"""


class Field(NamedTuple):
    """A field that names an object of the kind `names`. With `typed` a `kind` beside it may say another one (and has to
    where `names` is ANY); with `scoped` a `clusterScope` beside it chooses the kind of the cluster."""

    shape: Shape
    names: Kind
    role: Role = ""
    form: Form = "name"
    typed: bool = False
    scoped: bool = False

    def may_name(self, *kinds: Kind) -> bool:
        """Whether it names objects of one of these kinds, or may."""
        return self.typed or self.names in kinds


class Reference(NamedTuple):
    """A name that `source` says at the path `at`. `kind` is what it names, `namespace` "" where it is the source's own,
    `port` the number or name beside it, None without one."""

    source: Manifest
    at: Path
    field: Field
    kind: Kind
    name: str
    namespace: str = ""
    port: int | str | None = None

    @property
    def role(self) -> Role:
        """What the reference is for."""
        return self.field.role

    @property
    def followed(self) -> bool:
        """Whether a conversion renames what is named there, a Service, by itself."""
        return self.kind == SERVICE and self.role in FOLLOWED

    def home(self, release_namespace: str) -> str:
        """The namespace in which the named object is looked for."""
        return self.namespace or self.source.ref.home(release_namespace)

    def is_to(self, named: Ref, release_namespace: str) -> bool:
        """Whether it names that object."""
        return (
            self.name == named.name
            and self.kind == usual_kind((named.group, named.kind))
            and (self.kind in _OF_THE_CLUSTER or self.home(release_namespace) == named.home(release_namespace))
        )

    def renamed(self, name: str) -> str:
        """The text of the field with another name in the place of this one."""
        said = text(self.source.body, *self.at)
        parts = _READ[self.field.form](said)
        assert parts is not None  # it has a name
        return f"{said[: parts[1]]}{name}{said[parts[1] + len(self.name) :]}"


# Kinds of one name that are one kind under two groups: the old one -> the one of today.
_USUAL: Mapping[Kind, Kind] = {
    ("extensions", "Ingress"): ("networking.k8s.io", "Ingress"),
    **{("extensions", kind): ("apps", kind) for kind in ("Deployment", "ReplicaSet", "DaemonSet")},
    ("traefik.containo.us", "TraefikService"): ("traefik.io", "TraefikService"),
    ("traefik.containo.us", "Middleware"): ("traefik.io", "Middleware"),
    ("x.getambassador.io", "AmbassadorMapping"): ("getambassador.io", "Mapping"),
}
_OF_THE_CLUSTER = frozenset(
    {
        ("argoproj.io", "ClusterAnalysisTemplate"),
        ("cert-manager.io", "ClusterIssuer"),
        ("keda.sh", "ClusterTriggerAuthentication"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
    }
)
_FLAGS = frozenset({*get_args(Role), *get_args(Form), "kind", "cluster"})


def _read(table: str) -> MutableMapping[Kind, tuple[Field, ...]]:
    """The fields of each kind, as the table has them."""
    found: dict[Kind, tuple[Field, ...]] = {}
    named, sources, in_fields = ANY, list[Kind](), False
    for line in table.splitlines():
        words = line.split()
        if not words:
            continue
        if line[0] != " ":
            named, sources = _kinds(words[0])[0], []
        elif line[2] != " ":
            sources = [*(() if in_fields else sources), *_kinds(words[0])]
        else:
            flags = frozenset(words[1:])
            assert flags <= _FLAGS, line
            field = Field(
                shape_of(words[0]),
                named,
                next((role for role in get_args(Role) if role in flags), ""),
                next((form for form in get_args(Form) if form in flags), "name"),
                "kind" in flags,
                "cluster" in flags,
            )
            for source in sources:
                found[source] = (*found.get(source, ()), field)
        in_fields = line.startswith("    ")
    return found


def _kinds(word: str) -> list[Kind]:
    """`group/Kind,Kind` as kinds; a kind of the core has no group, `*` is any kind."""
    group, _, names = word.rpartition("/")
    return [ANY if name == "*" else (group, name) for name in names.split(",")]


def shape_of(path: str) -> Shape:
    """`spec.rules[].http` as a shape: ("spec", "rules", "-", "http")."""
    return tuple(path.replace("[]", ".-").split("."))


# The table by the kind that has the fields; to add a kind, add its rows above.
FIELDS: MutableMapping[Kind, tuple[Field, ...]] = _read(_TABLE)


def usual_kind(kind: Kind) -> Kind:
    """The kind as it is called today: Deployments of the group `extensions` are those of `apps`."""
    return _USUAL.get(kind, kind)


def fields_of(kind: Kind, *named: Kind) -> tuple[Field, ...]:
    """The fields of a kind that name objects of one of the kinds `named` (of any kind without these), or may."""
    return tuple(field for field in FIELDS.get(kind, ()) if not named or field.may_name(*named))


def kinds_called(*names: str) -> tuple[Kind, ...]:
    """The kinds of the table that have one of these names, of whichever group."""
    return tuple(kind for kind in FIELDS if kind[1] in names)


def fields_scaling(kind: Kind) -> tuple[Field, ...]:
    """The fields by which autoscalers of a kind name the workload that they scale."""
    return tuple(field for field in FIELDS.get(kind, ()) if field.role == "scale")


def fields_anywhere(*named: Kind) -> tuple[Field, ...]:
    """The fields that name objects of one of these kinds wherever they stand; their shapes are tails of paths."""
    return tuple(field for field in FIELDS.get(ANY, ()) if not named or field.names in named)


def kinds_naming(named: Kind, roles: Iterable[Role] = FOLLOWED) -> tuple[Kind, ...]:
    """The kinds with a field that names objects of the kind `named`, or may, in one of these roles."""
    wanted = frozenset(roles)
    return tuple(
        kind
        for kind, fields in FIELDS.items()
        if kind != ANY and any(field.role in wanted and field.may_name(named) for field in fields)
    )


def keys_above_names(*named: Kind) -> frozenset[str]:
    """The keys right above the field `name` of a reference to such an object: `service`, `backendRefs`, ..."""
    fields = (field for found in FIELDS.values() for field in found if field.role != "own" and field.may_name(*named))
    shapes = [field.shape for field in fields]
    above = ([key for key in shape[:-1] if key not in ("-", "*", "**")] for shape in shapes if shape[-1] == "name")
    return frozenset(keys[-1] for keys in above if keys)


def references_of(manifest: Manifest, *named: Kind, below: Path = ()) -> Iterator[Reference]:
    """What an object names: of the kinds `named` alone where some are given, and at or below the path `below` alone.

    Each field of the table comes in its order, then those that may stand anywhere, in the order of the object.
    """
    for found in _at_fields(manifest, fields_of((manifest.ref.group, manifest.ref.kind), *named), named):
        if found.at[: len(below)] == below:
            yield found
    anywhere = fields_anywhere(*named)
    if anywhere and manifest.ref.kind != "CustomResourceDefinition":
        by_key: dict[str, list[Field]] = {}
        for field in anywhere:
            by_key.setdefault(field.shape[-1], []).append(field)
        yield from _anywhere(manifest, dig(manifest.body, *below), below, by_key)


def _at_fields(manifest: Manifest, fields: Iterable[Field], named: Sequence[Kind] = ()) -> Iterator[Reference]:
    for field in fields:
        for at, value in _found(manifest.body, field.shape, ()):
            if isinstance(value, str):
                yield from _reference(manifest, field, at, value, named)


def references_to(manifest: Manifest, named: Ref, release_namespace: str) -> Iterator[Reference]:
    """Where an object names the object `named`."""
    for reference in references_of(manifest, usual_kind((named.group, named.kind))):
        if reference.is_to(named, release_namespace):
            yield reference


def names(manifest: Manifest, named: Ref, release_namespace: str) -> bool:
    """Whether an object names the object `named`."""
    return any(references_to(manifest, named, release_namespace))


def leads_to(manifest: Manifest, service: Ref, release_namespace: str) -> bool:
    """Whether an object sends requests to a Service: an Ingress, a route of any router."""
    return any(found.role == "route" for found in references_to(manifest, service, release_namespace))


def _found(value: Json, shape: Shape, at: Path) -> Iterator[tuple[Path, Json]]:
    """The values at a shape, with their paths."""
    if not shape:
        yield at, value
    elif shape[0] == "-":
        for index, item in enumerate(value) if isinstance(value, list) else ():
            yield from _found(item, shape[1:], (*at, index))
    elif isinstance(value, Mapping) and shape[0] in value:
        yield from _found(value[shape[0]], shape[1:], (*at, shape[0]))


def _anywhere(manifest: Manifest, value: Json, at: Path, by_key: Mapping[str, Sequence[Field]]) -> Iterator[Reference]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, (Mapping, list)):
                yield from _anywhere(manifest, item, (*at, key), by_key)
            elif key in by_key and isinstance(item, str):
                here = (*at, key)
                field = next((field for field in by_key[key] if ends_like(here, field.shape)), None)
                if field is not None:
                    yield from _reference(manifest, field, here, item, ())
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (Mapping, list)):
                yield from _anywhere(manifest, item, (*at, index), by_key)


def ends_like(at: Iterable[str | int], shape: Shape) -> bool:
    """Whether a path ends as a shape does that begins with `**`."""
    steps = ["-" if isinstance(step, int) else step for step in at]
    tail = list(shape[1:])
    return steps[-len(tail) :] == tail


def _reference(manifest: Manifest, field: Field, at: Path, said: str, named: Sequence[Kind]) -> Iterator[Reference]:
    beside = as_map(dig(manifest.body, *at[:-1]))
    kind, parts, port = _kind_beside(field, beside), _READ[field.form](said), _port_beside(beside)
    if parts is None or kind is None or (named and kind not in named):
        return
    name, _, namespace = parts
    # An action of the ALB controller has the name of no Service, nor is the mesh a Gateway.
    if port != "use-annotation" and not (name == "mesh" and kind == ISTIO_GATEWAY):
        home = namespace or text(beside, "namespace") or _namespace_of_plugin(manifest, field, at)
        yield Reference(manifest, at, field, kind, name, home, port)


# The groups of kinds that fields without a group may say.
_GROUPS: Mapping[str, str] = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "apps"),
    "Rollout": "argoproj.io",
    "ClusterIssuer": "cert-manager.io",
    "ClusterTriggerAuthentication": "keda.sh",
    "TraefikService": "traefik.io",
}


def _kind_beside(field: Field, beside: Mapping[str, Any]) -> Kind | None:
    """The kind that a field names; None where it has to say one and does not."""
    group, kind = field.names
    if field.scoped and beside.get("clusterScope") is True:
        return group, f"Cluster{kind}"
    if not field.typed:
        return field.names
    said = text(beside, "kind")
    if not said and field.names == ANY:
        return None
    if said and said != kind:
        group, kind = "", said
    if "apiVersion" in beside:
        group = text(beside, "apiVersion").rpartition("/")[0]
    for key in ("group", "apiGroup"):
        group = text(beside, key) if key in beside else group
    return usual_kind((group or _GROUPS.get(kind, ""), kind))


def _port_beside(beside: Mapping[str, Any]) -> int | str | None:
    port = beside.get("port", beside.get("servicePort"))
    if isinstance(port, Mapping):
        port = port.get("number", port.get("name"))
    return port if isinstance(port, (int, str)) and not isinstance(port, bool) else None


def _namespace_of_plugin(manifest: Manifest, field: Field, at: Path) -> str:
    """The namespace that a plugin of a Rollout says once for all that it names; "" elsewhere."""
    block = at[: field.shape.index("plugins") + 2] if "plugins" in field.shape else ()
    return text(manifest.body, *block, "namespace") if block else ""


# What the text of a field says: a name, where that begins in the text, and a namespace ("" without one).
Parts = tuple[str, int, str]

_HOST = re.compile(
    r"(?:[a-z][a-z0-9+-]*://)?"
    r"([^.:/*@\s]+)(?:\.([^.:/*\s]+)(?:\.svc(?:\.[^:/*\s]+)?)?)?"
    r"(?::[^/\s]*)?(?:/\S*)?"
)
_CLUSTER_DOMAIN = ".cluster.local"


def read_host(said: str) -> Parts | None:
    """What a host of the cluster says; None for one outside (`x.ns` may be that as well)."""
    found = _HOST.fullmatch(said)
    return (found[1], found.start(1), found[2] or "") if found else None


def split_name(said: str) -> tuple[str, str]:
    """Namespace ("" when not given) and name of a VirtualService as a Rollout writes it: `name.namespace`."""
    short = said.removesuffix(_CLUSTER_DOMAIN)
    first, dot, namespace = short.rpartition(".")
    return (namespace, first) if dot else ("", short)


def _plain(said: str) -> Parts | None:
    return (said, 0, "") if said else None


def _behind_namespace(said: str) -> Parts | None:
    namespace, _, name = said.rpartition("/")
    return (name, said.rfind("/") + 1, "" if namespace == "." else namespace) if name else None


def _host_behind_namespace(said: str) -> Parts | None:
    home, slash, host = said.partition("/")
    found = read_host(host) if slash and "/" not in host else None
    if found is None:
        return None
    name, start, namespace = found
    wanted = "" if home in (".", "*") else home
    if wanted and namespace not in ("", wanted):
        return None
    return name, len(home) + 1 + start, namespace or wanted


def _before_namespace(said: str) -> Parts | None:
    namespace, name = split_name(said)
    return (name, 0, namespace) if name else None


_READ: Mapping[Form, Callable[[str], Parts | None]] = {
    "name": _plain,
    "host": read_host,
    "ns/name": _behind_namespace,
    "ns/host": _host_behind_namespace,
    "name.ns": _before_namespace,
}


def target_of(scaler: Manifest) -> Reference | None:
    """The workload that an autoscaler scales; None for other objects."""
    return next(_at_fields(scaler, fields_scaling((scaler.ref.group, scaler.ref.kind))), None)


def config_references(manifest: Manifest) -> Iterator[Reference]:
    """Where an object names a ConfigMap or Secret as pods do whose content it is."""
    return (found for found in references_of(manifest, CONFIG_MAP, SECRET) if found.role == "config")


def config_named_at(path: Iterable[str]) -> Kind | None:
    """The kind of which pods name an object at such a path ("-" for items of lists), ConfigMap or Secret."""
    steps = tuple(path)
    fields = fields_anywhere(CONFIG_MAP, SECRET)
    return next((field.names for field in fields if field.role == "config" and ends_like(steps, field.shape)), None)


def find_named(view: ReleaseView, reference: Reference) -> Manifest | None:
    """The object that is named, where the release renders it."""
    kinds = (reference.kind, *(old for old, usual in _USUAL.items() if usual == reference.kind))
    for manifest in view.all(*kinds):
        if reference.is_to(manifest.ref, view.release.namespace):
            return manifest
    return None


def backends(view: ReleaseView) -> Iterator[Reference]:
    """Every Service that a route of the release leads to, in the route's own namespace."""
    for kind in kinds_naming(SERVICE, ("route",)):
        for manifest in view.all(kind):
            yield from (
                found
                for found in references_of(manifest, SERVICE)
                if found.role == "route" and found.home(view.release.namespace) == view.namespace(manifest)
            )


def hosts_of(reference: Reference) -> tuple[str, ...]:
    """The hosts whose requests a route sends there; none, or "", where those of any host go there (an Ingress's
    `defaultBackend` stands beside its rules)."""
    body, kind = reference.source.body, reference.source.ref.kind
    if kind == "Ingress":
        return tuple(text(row, "host") for index, row in rows(body, "spec", "rules") if reference.at[2:3] == (index,))
    if kind in ("Route", "VirtualServer"):
        return tuple(filter(None, [text(body, "spec", "host")]))
    if kind == "HTTPProxy":
        return tuple(filter(None, [text(body, "spec", "virtualhost", "fqdn")]))
    return tuple(texts(body, "spec", "hostnames" if kind.endswith("Route") else "hosts"))
