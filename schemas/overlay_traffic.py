"""What the API server checks in Services, Ingresses and NetworkPolicies beyond the types; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import (
    DNS_1035,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    EXTERNAL_NAME,
    HOST,
    PORT_NAME,
    QUALIFIED_NAME,
)
from schemas.overlay_terms import (
    LABELS,
    LONGEST_KEY,
    PORT_FIELD,
    PORT_OR_ITS_NAME,
    Extra,
    between,
    enum,
    one_of,
    rules,
    unique,
)

_DOMAIN_AND_PATH = DNS_SUBDOMAIN.removesuffix("$") + r"/[-A-Za-z0-9/_.~!$&'()*+,;=:]+$"
_BALANCED = "has(self.type) && self.type in ['NodePort', 'LoadBalancer']"
_FORBIDDEN_FOR_CLUSTER_IP = [
    (
        f"!has(self.externalTrafficPolicy) || self.externalTrafficPolicy == '' || ({_BALANCED}) || "
        "(has(self.externalIPs) && size(self.externalIPs) > 0)",
        "externalTrafficPolicy needs type NodePort or LoadBalancer",
    ),
    *(
        (
            f"!has(self.{field}) || (has(self.type) && self.type == 'LoadBalancer')",
            f"{field} needs type LoadBalancer",
        )
        for field in ("loadBalancerClass", "allocateLoadBalancerNodePorts")
    ),
    (
        "!has(self.loadBalancerSourceRanges) || size(self.loadBalancerSourceRanges) == 0 || "
        "(has(self.type) && self.type == 'LoadBalancer')",
        "loadBalancerSourceRanges needs type LoadBalancer",
    ),
    (
        f"!has(self.ports) || ({_BALANCED}) || self.ports.all(p, !has(p.nodePort) || p.nodePort == 0)",
        "nodePort needs type NodePort or LoadBalancer",
    ),
    (
        "(has(self.ports) && size(self.ports) > 0) || (has(self.clusterIP) && self.clusterIP == 'None') || "
        "(has(self.type) && self.type == 'ExternalName')",
        "a Service needs ports, unless it is headless or of type ExternalName",
    ),
    (
        "!has(self.ports) || size(self.ports) < 2 || self.ports.all(p, has(p.name) && p.name != '')",
        "with several ports each needs a name",
    ),
    (
        "!has(self.ports) || self.ports.all(p, !has(p.name) || p.name == '' || "
        "self.ports.exists_one(q, has(q.name) && q.name == p.name))",
        "two ports of a Service have the same name",
    ),
    (
        "!has(self.type) || self.type != 'ExternalName' || (has(self.externalName) && self.externalName != '')",
        "type ExternalName needs externalName",
    ),
    (
        "!has(self.healthCheckNodePort) || self.healthCheckNodePort == 0 || (has(self.type) && "
        "self.type == 'LoadBalancer' && has(self.externalTrafficPolicy) && self.externalTrafficPolicy == 'Local')",
        "healthCheckNodePort needs type LoadBalancer and externalTrafficPolicy Local",
    ),
    (
        "!has(self.clusterIP) || self.clusterIP in ['', 'None'] || isAddress(self.clusterIP)",
        "clusterIP is neither None nor an IP address",
    ),
    (
        "!has(self.externalIPs) || self.externalIPs.all(a, isAddress(a) && isReachable(a))",
        "one of externalIPs is no IP address, or one that leads nowhere outside (0.0.0.0, 127.0.0.1, 169.254.0.1)",
    ),
    (
        "!has(self.loadBalancerSourceRanges) || self.loadBalancerSourceRanges.all(r, isNetwork(r.trim()))",
        "one of loadBalancerSourceRanges is no network such as 10.0.0.0/8",
    ),
    (
        "!has(self.sessionAffinity) || self.sessionAffinity != 'ClientIP' || !has(self.sessionAffinityConfig) || "
        "!has(self.sessionAffinityConfig.clientIP) || !has(self.sessionAffinityConfig.clientIP.timeoutSeconds) || "
        "(self.sessionAffinityConfig.clientIP.timeoutSeconds > 0 && "
        "self.sessionAffinityConfig.clientIP.timeoutSeconds <= 86400)",
        "timeoutSeconds of clientIP must lie between 1 and 86400",
    ),
]
TRAFFIC: dict[str, Extra] = {
    "core.v1.ServiceSpec": rules(*_FORBIDDEN_FOR_CLUSTER_IP),
    "core.v1.ServiceSpec:externalName": {"pattern": rf"^$|{EXTERNAL_NAME}"},
    "core.v1.ServiceSpec:type": enum("ClusterIP NodePort LoadBalancer ExternalName"),
    "core.v1.ServiceSpec:ports": unique("port", "protocol"),
    "core.v1.ServiceSpec:selector": LABELS,
    "core.v1.ServiceSpec:sessionAffinity": enum("None ClientIP"),
    "core.v1.ServiceSpec:externalTrafficPolicy": enum("Cluster Local"),
    "core.v1.ServiceSpec:internalTrafficPolicy": enum("Cluster Local", empty=False),
    "core.v1.ServiceSpec:trafficDistribution": enum("PreferClose PreferSameZone PreferSameNode", empty=False),
    "core.v1.ServiceSpec:ipFamilyPolicy": enum("SingleStack PreferDualStack RequireDualStack", empty=False),
    "core.v1.ServiceSpec:ipFamilies[]": enum("IPv4 IPv6", empty=False),
    "core.v1.ServicePort:port": PORT_FIELD,
    "core.v1.ServicePort:appProtocol": {"maxLength": LONGEST_KEY, "pattern": QUALIFIED_NAME},
    "core.v1.ServicePort:nodePort": between(0, 65535),
    "core.v1.ServicePort:protocol": enum("TCP UDP SCTP") | {"default": "TCP"},
    "core.v1.ServicePort:name": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "core.v1.ServicePort:targetPort": {"minimum": 0, "maximum": 65535, "maxLength": 15, "pattern": rf"^$|{PORT_NAME}"},
    "networking.v1.HTTPIngressPath:pathType": enum("Exact Prefix ImplementationSpecific", empty=False),
    "networking.v1.HTTPIngressPath": rules(
        (
            "self.pathType == 'ImplementationSpecific' || (has(self.path) && self.path.startsWith('/'))",
            "path must start with /",
        ),
        (
            "self.pathType != 'ImplementationSpecific' || !has(self.path) || self.path == '' || "
            "self.path.startsWith('/')",
            "path must start with /",
        ),
        (
            "self.pathType == 'ImplementationSpecific' || !has(self.path) || "
            "!self.path.matches('//|/[.][.]?(/|$)|%2[fF]')",
            "path must hold none of //, /./, /../ and %2f",
        ),
    ),
    "networking.v1.IngressClassSpec": {"required": ["controller"]},
    "networking.v1.IngressClassSpec:controller": {"maxLength": 250, "pattern": _DOMAIN_AND_PATH},
    "networking.v1.IngressSpec:ingressClassName": {"pattern": DNS_SUBDOMAIN},
    "networking.v1.IngressTLS:secretName": {"pattern": rf"^$|{DNS_SUBDOMAIN}"},
    "networking.v1.HTTPIngressRuleValue:paths": {"minItems": 1},
    "networking.v1.IngressTLS:hosts[]": {"pattern": HOST},
    "networking.v1.IngressRule:host": {"pattern": rf"^$|{HOST}"},
    "networking.v1.IngressSpec": rules(
        (
            "has(self.defaultBackend) || (has(self.rules) && size(self.rules) > 0)",
            "defaultBackend or rules are required",
        )
    ),
    "networking.v1.IngressBackend": rules(one_of("service", "resource")),
    "networking.v1.IngressServiceBackend": {"required": ["name", "port"]},
    "networking.v1.IngressServiceBackend:name": {"pattern": DNS_1035, "maxLength": 63},
    "networking.v1.ServiceBackendPort": rules(
        (
            "(has(self.name) && self.name != '') != (has(self.number) && self.number != 0)",
            "either name or number is required",
        )
    ),
    "networking.v1.ServiceBackendPort:name": {"maxLength": 15, "pattern": rf"^$|{PORT_NAME}"},
    "networking.v1.ServiceBackendPort:number": between(0, 65535),
    "networking.v1.NetworkPolicySpec:policyTypes[]": enum("Ingress Egress", empty=False),
    "networking.v1.NetworkPolicyPeer": {"minProperties": 1}
    | rules(
        (
            "!has(self.ipBlock) || (!has(self.podSelector) && !has(self.namespaceSelector))",
            "ipBlock stands alone, without podSelector and namespaceSelector",
        )
    ),
    "networking.v1.IPBlock": rules(
        ("isNetwork(self.cidr)", "cidr is no network such as 10.0.0.0/8"),
        (
            "!has(self.except) || self.except.all(n, isWithin(n, self.cidr))",
            "except must name networks within cidr",
        ),
    ),
    "networking.v1.NetworkPolicyPort:endPort": PORT_FIELD,
    "networking.v1.NetworkPolicyPort": rules(
        (
            "!has(self.endPort) || (has(self.port) && isNumber(self.port) && self.port <= self.endPort)",
            "endPort needs a numeric port that is not above it",
        )
    ),
    "networking.v1.NetworkPolicyPort:protocol": enum("TCP UDP SCTP", empty=False),
    "networking.v1.NetworkPolicyPort:port": PORT_OR_ITS_NAME,
}
