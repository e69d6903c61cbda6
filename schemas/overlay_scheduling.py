"""What the API server checks in what places a pod, and in who it runs as; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import DNS_LABEL, DNS_SUBDOMAIN, LABEL_VALUE, QUALIFIED_NAME, SEARCH_DOMAIN, SYSCTL
from schemas.overlay_terms import LABELS, Extra, between, enum, rules, unique

_NAMED = {"pattern": rf"^$|{DNS_SUBDOMAIN}"}
LISTED = (
    "!(self.operator in ['In', 'NotIn']) || (has(self.values) && size(self.values) > 0)",
    "the operators In and NotIn need values",
)
UNLISTED = (
    "!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values) || size(self.values) == 0",
    "the operators Exists and DoesNotExist take no values",
)
_COMPARED = (
    "!(self.operator in ['Gt', 'Lt']) || (has(self.values) && size(self.values) == 1)",
    "the operators Gt and Lt take one value",
)
_FIELD_TERMS = (
    ("f.key == 'metadata.name'", "matchFields knows metadata.name only"),
    (
        "f.operator in ['In', 'NotIn'] && has(f.values) && size(f.values) == 1",
        "matchFields takes the operators In and NotIn, with one value",
    ),
    (
        "!has(f.values) || f.values.all(v, size(v) <= 253 && v.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'))",
        "a value of matchFields is no name of a node",
    ),
)
# In required terms only: what is preferred may name a label that no node can have.
_LABEL_VALUES = {"items": {"properties": {"values": {"items": {"maxLength": 63, "pattern": LABEL_VALUE}}}}}
_ID = between(0, 2**31 - 1)

SCHEDULING: dict[str, Extra] = {
    "core.v1.PodSpec:serviceAccountName": _NAMED,
    "core.v1.PodSpec:serviceAccount": _NAMED,
    "core.v1.PodSpec:priorityClassName": _NAMED,
    "core.v1.PodSpec:runtimeClassName": {"pattern": DNS_SUBDOMAIN},
    "core.v1.PodSpec:nodeName": _NAMED,
    "core.v1.PodSpec:hostname": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "core.v1.PodSpec:subdomain": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "core.v1.PodSpec:nodeSelector": LABELS,
    "core.v1.PodSpec": rules(
        (
            "!has(self.dnsPolicy) || self.dnsPolicy != 'None' || "
            "(has(self.dnsConfig) && has(self.dnsConfig.nameservers) && size(self.dnsConfig.nameservers) > 0)",
            "dnsPolicy None needs nameservers in dnsConfig",
        ),
        (
            "!has(self.ephemeralContainers) || size(self.ephemeralContainers) == 0",
            "ephemeralContainers are added to pods that run (kubectl debug), never written",
        ),
        *(
            (
                "!has(self.initContainers) || self.initContainers.all(c, "
                f"!has(c.{field}) || (has(c.restartPolicy) && c.restartPolicy == 'Always'))",
                f"{field} has no place in an init container without restartPolicy Always",
            )
            for field in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
        ),
    ),
    "core.v1.PodDNSConfig:searches[]": {"pattern": SEARCH_DOMAIN},
    "core.v1.PodDNSConfig:nameservers": {"maxItems": 3},
    "core.v1.PodDNSConfig": rules(
        ("!has(self.nameservers) || self.nameservers.all(n, isAddress(n))", "a nameserver is no IP address")
    ),
    "core.v1.HostAlias": rules(("!has(self.ip) || isAddress(self.ip)", "ip is no IP address")),
    "core.v1.HostAlias:hostnames[]": {"pattern": DNS_SUBDOMAIN},
    "core.v1.PodReadinessGate:conditionType": {"pattern": QUALIFIED_NAME},
    "core.v1.Toleration": rules(
        (
            "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')",
            "a toleration without a key needs the operator Exists",
        ),
        (
            "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
            "the operator Exists takes no value",
        ),
        (
            "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
            "tolerationSeconds goes with the effect NoExecute only",
        ),
    ),
    "core.v1.Toleration:key": {"pattern": rf"^$|{QUALIFIED_NAME}"},
    "core.v1.Toleration:value": {"maxLength": 63, "pattern": LABEL_VALUE},
    "core.v1.Toleration:operator": enum("Exists Equal Lt Gt"),
    "core.v1.Toleration:effect": enum("NoSchedule PreferNoSchedule NoExecute"),
    "core.v1.NodeSelector:nodeSelectorTerms": {"minItems": 1},
    "core.v1.NodeSelector:nodeSelectorTerms[]": {"properties": {"matchExpressions": _LABEL_VALUES}},
    "core.v1.NodeSelectorTerm": rules(
        *((f"!has(self.matchFields) || self.matchFields.all(f, {rule})", message) for rule, message in _FIELD_TERMS)
    ),
    "core.v1.NodeSelectorRequirement": rules(LISTED, UNLISTED, _COMPARED),
    "core.v1.NodeSelectorRequirement:key": {"pattern": QUALIFIED_NAME},
    "core.v1.NodeSelectorRequirement:operator": enum("In NotIn Exists DoesNotExist Gt Lt", empty=False),
    "core.v1.PodSpec:topologySpreadConstraints": unique("topologyKey", "whenUnsatisfiable"),
    "core.v1.TopologySpreadConstraint:whenUnsatisfiable": enum("DoNotSchedule ScheduleAnyway", empty=False),
    "core.v1.TopologySpreadConstraint:nodeAffinityPolicy": enum("Honor Ignore", empty=False),
    "core.v1.TopologySpreadConstraint:nodeTaintsPolicy": enum("Honor Ignore", empty=False),
    "core.v1.TopologySpreadConstraint:topologyKey": {"minLength": 1},
    "core.v1.TopologySpreadConstraint:matchLabelKeys[]": {"pattern": QUALIFIED_NAME},
    "core.v1.TopologySpreadConstraint:maxSkew": between(1),
    "core.v1.TopologySpreadConstraint:minDomains": between(1),
    "core.v1.TopologySpreadConstraint": rules(
        (
            "!has(self.minDomains) || self.whenUnsatisfiable == 'DoNotSchedule'",
            "minDomains goes with whenUnsatisfiable DoNotSchedule only",
        )
    ),
    "core.v1.PodOS:name": enum("linux windows", empty=False),
    "core.v1.AppArmorProfile:type": enum("Localhost RuntimeDefault Unconfined", empty=False),
    "core.v1.PodAffinityTerm:topologyKey": {"pattern": QUALIFIED_NAME},
    "core.v1.PodAffinityTerm:namespaces[]": {"maxLength": 63, "pattern": DNS_LABEL},
    "core.v1.WeightedPodAffinityTerm:weight": between(1, 100),
    "core.v1.PreferredSchedulingTerm:weight": between(1, 100),
    "core.v1.SeccompProfile:type": enum("Unconfined RuntimeDefault Localhost", empty=False),
    "core.v1.SeccompProfile": rules(
        (
            "(self.type == 'Localhost') == (has(self.localhostProfile) && self.localhostProfile != '')",
            "localhostProfile goes with type Localhost, and type Localhost with it",
        )
    ),
    "core.v1.SecurityContext:procMount": enum("Default Unmasked", empty=False),
    "core.v1.Sysctl:name": {"maxLength": 253, "pattern": SYSCTL},
    "core.v1.PodSecurityContext:fsGroupChangePolicy": enum("OnRootMismatch Always", empty=False),
    "core.v1.PodSecurityContext:supplementalGroupsPolicy": enum("Merge Strict", empty=False),
    "core.v1.PodSecurityContext:fsGroup": _ID,
    "core.v1.PodSecurityContext:supplementalGroups[]": _ID,
    **{
        f"core.v1.{context}:{field}": _ID
        for context in ("PodSecurityContext", "SecurityContext")
        for field in ("runAsUser", "runAsGroup")
    },
}
