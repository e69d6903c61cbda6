"""What the API server checks in pods beyond the types; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import (
    ABSOLUTE_PATH,
    CONFIG_KEY,
    CONTAINER_RESOURCE,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    ENV_NAME,
    FIELD_PATH,
    HEADER,
    NOT_NEGATIVE,
    PORT_NAME,
    RELATIVE_PATH,
    RESOURCE_FIELD,
)
from schemas.overlay_scheduling import SCHEDULING
from schemas.overlay_terms import (
    PORT_FIELD,
    PORT_OR_ITS_NAME,
    Extra,
    at_most_one,
    between,
    enum,
    one_of,
    rules,
    unique,
)

_REQUESTS_WITHIN_LIMITS = (
    "!has(self.requests) || !has(self.limits) || self.requests.all(k, "
    "!(k in self.limits) || quantity(self.requests[k]) <= quantity(self.limits[k]))",
    "a request is above its limit",
    "request-above-limit",
)
_CONTAINER: dict[str, Extra] = {
    ":imagePullPolicy": enum("Always IfNotPresent Never"),
    ":terminationMessagePolicy": enum("File FallbackToLogsOnError"),
    ":name": {"maxLength": 63, "pattern": DNS_LABEL},
    ":volumeMounts": unique("mountPath"),
    ":image": {"minLength": 1},
    "": {"required": ["name", "image"]}
    | rules(
        (
            "!has(self.ports) || self.ports.all(p, !has(p.name) || p.name == '' || "
            "self.ports.exists_one(q, has(q.name) && q.name == p.name))",
            "two ports of a container have the same name",
            "container-port",
        ),
        (
            "!has(self.livenessProbe) || !has(self.livenessProbe.successThreshold) || "
            "self.livenessProbe.successThreshold <= 1",
            "successThreshold of a livenessProbe must be 1",
        ),
        (
            "!has(self.startupProbe) || !has(self.startupProbe.successThreshold) || "
            "self.startupProbe.successThreshold <= 1",
            "successThreshold of a startupProbe must be 1",
        ),
        (
            "!has(self.readinessProbe) || !has(self.readinessProbe.terminationGracePeriodSeconds)",
            "terminationGracePeriodSeconds has no place in a readinessProbe",
        ),
    ),
}
_SAME_HUGEPAGES = (
    "!has(self.requests) || self.requests.all(k, !k.startsWith('hugepages-') || "
    "(has(self.limits) && k in self.limits && quantity(self.requests[k]) == quantity(self.limits[k])))",
    "the request of hugepages must equal their limit",
)
_DIVISORS = (
    "!has(self.divisor) || quantity(self.divisor) == 0 || (self.resource.endsWith('.cpu') ? "
    "quantity(self.divisor) in [quantity('1m'), quantity('1')] : "
    "string(self.divisor).matches('^[+]?(1|1000+|1[kMGTPE]i?|1Ki)$'))",
    "the divisor must be 1 or 1m for cpu, else 1 or a unit such as 1k, 1Mi",
)
_MODE = between(0, 0o777)
_NAMED_FILES: Extra = {"required": ["name"]}
_HANDLERS = ("exec", "httpGet", "tcpSocket")

PODS: dict[str, Extra] = {
    **SCHEDULING,
    "core.v1.PodSpec:restartPolicy": enum("Always OnFailure Never"),
    "core.v1.PodSpec:dnsPolicy": enum("ClusterFirst ClusterFirstWithHostNet Default None"),
    "core.v1.PodSpec:preemptionPolicy": enum("PreemptLowerPriority Never", empty=False),
    "core.v1.PodSpec:activeDeadlineSeconds": between(1),
    "core.v1.PodSpec:containers": {"minItems": 1} | unique("name"),
    "core.v1.PodSpec:initContainers": unique("name"),
    "core.v1.PodSpec:volumes": unique("name"),
    **{f"core.v1.Container{field}": extra for field, extra in _CONTAINER.items()},
    **{f"core.v1.EphemeralContainer{field}": extra for field, extra in _CONTAINER.items()},
    "core.v1.Container:restartPolicy": enum("Always OnFailure Never"),
    "core.v1.ContainerResizePolicy:resourceName": enum("cpu memory", empty=False),
    "core.v1.ContainerResizePolicy:restartPolicy": enum("NotRequired RestartContainer", empty=False),
    "core.v1.ContainerPort:containerPort": PORT_FIELD,
    "core.v1.ContainerPort:hostPort": between(0, 65535),
    "core.v1.ContainerPort:protocol": enum("TCP UDP SCTP"),
    "core.v1.ContainerPort:name": {"maxLength": 15, "pattern": rf"^$|{PORT_NAME}"},
    "core.v1.EnvVar:name": {"minLength": 1, "pattern": ENV_NAME},
    "core.v1.EnvVar": rules(
        ("!has(self.valueFrom) || !has(self.value) || self.value == ''", "value and valueFrom exclude each other")
    ),
    "core.v1.EnvVarSource": {"minProperties": 1, "maxProperties": 1},
    "core.v1.ConfigMapKeySelector": {"required": ["key", "name"]},
    "core.v1.SecretKeySelector": {"required": ["key", "name"]},
    "core.v1.ConfigMapKeySelector:key": {"pattern": CONFIG_KEY},
    "core.v1.ConfigMapKeySelector:name": {"pattern": DNS_SUBDOMAIN},
    "core.v1.SecretKeySelector:key": {"pattern": CONFIG_KEY},
    "core.v1.SecretKeySelector:name": {"pattern": DNS_SUBDOMAIN},
    "core.v1.ResourceFieldSelector:resource": {"pattern": RESOURCE_FIELD},
    "core.v1.ResourceFieldSelector": rules(_DIVISORS) | {"required": ["resource"]},
    "core.v1.ConfigMapEnvSource": {"required": ["name"]},
    "core.v1.ConfigMapEnvSource:name": {"minLength": 1, "pattern": DNS_SUBDOMAIN},
    "core.v1.SecretEnvSource": {"required": ["name"]},
    "core.v1.SecretEnvSource:name": {"minLength": 1, "pattern": DNS_SUBDOMAIN},
    "core.v1.NFSVolumeSource:server": {"minLength": 1},
    "core.v1.NFSVolumeSource:path": {"pattern": ABSOLUTE_PATH},
    "core.v1.EnvFromSource:prefix": {"pattern": rf"^$|{ENV_NAME}"},
    "core.v1.PersistentVolumeClaimVolumeSource:claimName": {"minLength": 1},
    "core.v1.EnvFromSource": rules(one_of("configMapRef", "secretRef")),
    "core.v1.ResourceRequirements": rules(_REQUESTS_WITHIN_LIMITS, _SAME_HUGEPAGES),
    "core.v1.Probe": rules(one_of(*_HANDLERS, "grpc")),
    "core.v1.LifecycleHandler": rules(one_of(*_HANDLERS, "sleep")),
    **{
        f"core.v1.Probe:{field}": between(0)
        for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    },
    "core.v1.Probe:terminationGracePeriodSeconds": between(1),
    "core.v1.HTTPGetAction:port": PORT_OR_ITS_NAME,
    "core.v1.HTTPHeader:name": {"pattern": HEADER},
    "core.v1.HTTPGetAction:scheme": enum("HTTP HTTPS"),
    "core.v1.TCPSocketAction:port": PORT_OR_ITS_NAME,
    "core.v1.GRPCAction:port": PORT_FIELD,
    "core.v1.ExecAction": {"required": ["command"]},
    "core.v1.ExecAction:command": {"minItems": 1},
    "core.v1.Volume": {"maxProperties": 2},
    "core.v1.Volume:name": {"maxLength": 63, "pattern": DNS_LABEL},
    "core.v1.VolumeMount:mountPath": {"minLength": 1},
    "core.v1.VolumeMount:name": {"minLength": 1},
    "core.v1.VolumeMount:subPath": {"pattern": rf"^$|{RELATIVE_PATH}"},
    "core.v1.VolumeMount:subPathExpr": {"pattern": rf"^$|{RELATIVE_PATH}"},
    "core.v1.VolumeMount:mountPropagation": enum("None HostToContainer Bidirectional"),
    "core.v1.VolumeMount:recursiveReadOnly": enum("Disabled IfPossible Enabled", empty=False),
    "core.v1.HostPathVolumeSource:type": enum(
        "DirectoryOrCreate Directory FileOrCreate File Socket CharDevice BlockDevice"
    ),
    "core.v1.CSIVolumeSource:driver": {"minLength": 1, "pattern": DNS_SUBDOMAIN},
    "core.v1.PodDNSConfigOption": {"required": ["name"]},
    "core.v1.PodDNSConfigOption:name": {"minLength": 1},
    "core.v1.KeyToPath:key": {"minLength": 1},
    "core.v1.KeyToPath:path": {"pattern": RELATIVE_PATH},
    "core.v1.KeyToPath:mode": _MODE,
    **{
        f"core.v1.{source}VolumeSource:defaultMode": _MODE
        for source in ("ConfigMap", "Secret", "Projected", "DownwardAPI")
    },
    "core.v1.DownwardAPIVolumeFile": rules(one_of("fieldRef", "resourceFieldRef")),
    "core.v1.DownwardAPIVolumeFile:resourceFieldRef": {
        "required": ["containerName"],
        "properties": {"containerName": {"minLength": 1}},
    },
    "core.v1.DownwardAPIVolumeFile:path": {"pattern": RELATIVE_PATH},
    "core.v1.DownwardAPIVolumeFile:mode": _MODE,
    "core.v1.VolumeProjection": rules(
        at_most_one("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle")
    ),
    "core.v1.ConfigMapProjection": _NAMED_FILES,
    "core.v1.ConfigMapProjection:name": {"minLength": 1},
    "core.v1.SecretProjection": _NAMED_FILES,
    "core.v1.SecretProjection:name": {"minLength": 1},
    "core.v1.ServiceAccountTokenProjection:expirationSeconds": between(600, 2**32),
    "core.v1.ServiceAccountTokenProjection:path": {"pattern": RELATIVE_PATH},
    "core.v1.ConfigMapVolumeSource": {"required": ["name"]},
    "core.v1.ConfigMapVolumeSource:name": {"minLength": 1},
    "core.v1.SecretVolumeSource": {"required": ["secretName"]},
    "core.v1.SecretVolumeSource:secretName": {"minLength": 1},
    "core.v1.ObjectFieldSelector:apiVersion": enum("v1"),
    "core.v1.ObjectFieldSelector:fieldPath": {"pattern": FIELD_PATH},
    **{
        f"core.v1.ResourceRequirements:{field}": {"propertyNames": {"pattern": CONTAINER_RESOURCE}}
        for field in ("limits", "requests")
    },
    **{
        f"core.v1.ResourceRequirements:{field}{{}}": {"minimum": 0, "pattern": NOT_NEGATIVE}
        for field in ("limits", "requests")
    },
}
