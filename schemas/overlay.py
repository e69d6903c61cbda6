"""What the API server checks on its own kinds beyond the types: enums, ranges, names, quantities, what excludes what.

Written by hand. A key is a definition ("apps.v1.DeploymentSpec"), a field of one ("core.v1.Container:name"), a field's
items ("...:args[]") or its map values ("...:limits{}"); the value is merged there. An empty string counts as unset in
most of these fields, so the enums hold it. Rules are CEL expressions, as in a CustomResourceDefinition.
"""

from __future__ import annotations

from rolloutgen.schema.forms import (
    ANNOTATION_KEY,
    CONFIG_KEY,
    CRON,
    DNS_1035,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    HOST,
    PATH_SEGMENT,
    PORT_NAME,
    QUALIFIED_NAME,
)
from schemas.overlay_pods import PODS
from schemas.overlay_terms import (
    COUNT_OR_PERCENT,
    LABELS,
    PORT_FIELD,
    Extra,
    at_most_one,
    between,
    enum,
    one_of,
    rules,
    unique,
)

_RBAC = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def metadata_name(gvk: str) -> Extra:
    """What `metadata.name` of a kind ("apps/v1/Deployment") must look like; it stands beside the ref to ObjectMeta."""
    kind = gvk.rpartition("/")[2]
    name: Extra = {"type": "string", "maxLength": 253, "pattern": DNS_SUBDOMAIN}
    if gvk == "v1/Service":
        name |= {"maxLength": 63, "pattern": DNS_1035}
    elif gvk == "v1/Namespace":
        name |= {"maxLength": 63, "pattern": DNS_LABEL}
    elif kind == "CronJob":
        name |= {"maxLength": 52}
    elif kind in _RBAC or gvk.startswith(("coordination", "events", "resource")):
        name = {"type": "string", "pattern": PATH_SEGMENT}
    return {"properties": {"name": name}, "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}]}


_SELECTS_ITS_PODS = (
    "!has(self.selector) || !has(self.selector.matchLabels) || self.selector.matchLabels.all(k, "
    "has(self.template.metadata) && has(self.template.metadata.labels) && k in self.template.metadata.labels && "
    "self.template.metadata.labels[k] == self.selector.matchLabels[k])",
    "spec.selector.matchLabels must be among the labels of the pod template",
)
_RESTARTS = (
    "!has(self.template.spec) || !has(self.template.spec.restartPolicy) || "
    "self.template.spec.restartPolicy in ['', 'Always']",
    "restartPolicy of these pods must be Always",
)
_KNOWN_VOLUMES = (
    "!has(self.template.spec) || self.template.spec.containers.all(c, !has(c.volumeMounts) || c.volumeMounts.all(m, "
    "has(self.template.spec.volumes) && self.template.spec.volumes.exists(v, v.name == m.name)))",
    "a container mounts a volume that the pod template does not have",
)
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
        "!has(self.type) || self.type != 'ExternalName' || (has(self.externalName) && self.externalName != '')",
        "type ExternalName needs externalName",
    ),
]
_HPA_SPEC: Extra = rules(
    ("!has(self.minReplicas) || self.minReplicas <= self.maxReplicas", "minReplicas is above maxReplicas")
)
OVERLAY: dict[str, Extra] = {
    **PODS,
    # Every object
    "apis.meta.v1.ObjectMeta:labels": LABELS,
    "apis.meta.v1.ObjectMeta:annotations": {"propertyNames": {"pattern": ANNOTATION_KEY}},
    "apis.meta.v1.ObjectMeta:namespace": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "apis.meta.v1.LabelSelector:matchLabels": LABELS,
    "apis.meta.v1.LabelSelectorRequirement:operator": enum("In NotIn Exists DoesNotExist", empty=False),
    "apis.meta.v1.LabelSelectorRequirement:key": {"pattern": QUALIFIED_NAME},
    # Workloads
    "apps.v1.DeploymentSpec": rules(
        _SELECTS_ITS_PODS,
        _RESTARTS,
        _KNOWN_VOLUMES,
        (
            "!has(self.progressDeadlineSeconds) || "
            "self.progressDeadlineSeconds > (has(self.minReadySeconds) ? self.minReadySeconds : 0)",
            "progressDeadlineSeconds must be greater than minReadySeconds",
        ),
    ),
    "apps.v1.DeploymentSpec:progressDeadlineSeconds": between(0),
    "apps.v1.DeploymentStrategy:type": enum("Recreate RollingUpdate"),
    "apps.v1.DeploymentStrategy": rules(
        (
            "!has(self.type) || self.type != 'Recreate' || !has(self.rollingUpdate)",
            "rollingUpdate has no place in type Recreate",
        )
    ),
    "apps.v1.RollingUpdateDeployment:maxSurge": COUNT_OR_PERCENT,
    "apps.v1.RollingUpdateDeployment:maxUnavailable": COUNT_OR_PERCENT,
    "apps.v1.ReplicaSetSpec": rules(_SELECTS_ITS_PODS, _RESTARTS),
    "apps.v1.DaemonSetSpec": rules(_SELECTS_ITS_PODS, _RESTARTS, _KNOWN_VOLUMES),
    "apps.v1.DaemonSetUpdateStrategy:type": enum("RollingUpdate OnDelete"),
    "apps.v1.StatefulSetSpec": rules(_SELECTS_ITS_PODS, _RESTARTS),
    "apps.v1.StatefulSetSpec:podManagementPolicy": enum("OrderedReady Parallel"),
    "apps.v1.StatefulSetUpdateStrategy:type": enum("RollingUpdate OnDelete"),
    **{
        f"apps.v1.{spec}:{field}": between(0)
        for spec, fields in {
            "DeploymentSpec": ("replicas", "minReadySeconds", "revisionHistoryLimit"),
            "ReplicaSetSpec": ("replicas", "minReadySeconds"),
            "StatefulSetSpec": ("replicas", "minReadySeconds", "revisionHistoryLimit"),
            "DaemonSetSpec": ("minReadySeconds", "revisionHistoryLimit"),
        }.items()
        for field in fields
    },
    "batch.v1.JobSpec": rules(
        (
            "has(self.template.spec) && has(self.template.spec.restartPolicy) && "
            "self.template.spec.restartPolicy in ['OnFailure', 'Never']",
            "restartPolicy of a Job's pods must be OnFailure or Never",
        ),
        _KNOWN_VOLUMES,
    ),
    "batch.v1.JobSpec:completionMode": enum("NonIndexed Indexed", empty=False),
    **{
        f"batch.v1.JobSpec:{field}": between(0)
        for field in ("backoffLimit", "parallelism", "completions", "activeDeadlineSeconds", "ttlSecondsAfterFinished")
    },
    "batch.v1.CronJobSpec:concurrencyPolicy": enum("Allow Forbid Replace"),
    "batch.v1.CronJobSpec:schedule": {"pattern": CRON},
    # Services and traffic
    "core.v1.ServiceSpec": rules(*_FORBIDDEN_FOR_CLUSTER_IP),
    "core.v1.ServiceSpec:type": enum("ClusterIP NodePort LoadBalancer ExternalName"),
    "core.v1.ServiceSpec:ports": unique("port", "protocol"),
    "core.v1.ServiceSpec:selector": LABELS,
    "core.v1.ServiceSpec:sessionAffinity": enum("None ClientIP"),
    "core.v1.ServiceSpec:externalTrafficPolicy": enum("Cluster Local"),
    "core.v1.ServiceSpec:internalTrafficPolicy": enum("Cluster Local", empty=False),
    "core.v1.ServiceSpec:ipFamilyPolicy": enum("SingleStack PreferDualStack RequireDualStack", empty=False),
    "core.v1.ServiceSpec:ipFamilies[]": enum("IPv4 IPv6", empty=False),
    "core.v1.ServicePort:port": PORT_FIELD,
    "core.v1.ServicePort:nodePort": between(0, 65535),
    "core.v1.ServicePort:protocol": enum("TCP UDP SCTP") | {"default": "TCP"},
    "core.v1.ServicePort:name": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "core.v1.ServicePort:targetPort": {"minimum": 0, "maximum": 65535, "maxLength": 15, "pattern": rf"^$|{PORT_NAME}"},
    "networking.v1.HTTPIngressPath:pathType": enum("Exact Prefix ImplementationSpecific", empty=False),
    "networking.v1.HTTPIngressPath": rules(
        (
            "self.pathType == 'ImplementationSpecific' || (has(self.path) && self.path.startsWith('/'))",
            "path must start with /",
        )
    ),
    "networking.v1.IngressRule:host": {"pattern": rf"^$|{HOST}"},
    "networking.v1.IngressBackend": rules(one_of("service", "resource")),
    "networking.v1.IngressServiceBackend": {"required": ["name", "port"]},
    "networking.v1.IngressServiceBackend:name": {"pattern": DNS_1035, "maxLength": 63},
    "networking.v1.ServiceBackendPort": rules(one_of("name", "number")),
    "networking.v1.ServiceBackendPort:number": PORT_FIELD,
    "networking.v1.NetworkPolicySpec:policyTypes[]": enum("Ingress Egress", empty=False),
    "networking.v1.NetworkPolicyPort:protocol": enum("TCP UDP SCTP"),
    # Autoscaling and disruption
    "autoscaling.v2.HorizontalPodAutoscalerSpec": _HPA_SPEC,
    "autoscaling.v2.HorizontalPodAutoscalerSpec:maxReplicas": between(1),
    "autoscaling.v2.HorizontalPodAutoscalerSpec:minReplicas": between(0),
    "autoscaling.v2.CrossVersionObjectReference:name": {"minLength": 1},
    "autoscaling.v2.CrossVersionObjectReference:kind": {"minLength": 1},
    "autoscaling.v2.MetricSpec:type": enum("Resource ContainerResource Pods Object External", empty=False),
    "autoscaling.v2.MetricTarget:type": enum("Utilization Value AverageValue", empty=False),
    "autoscaling.v2.MetricTarget:averageUtilization": between(1),
    "autoscaling.v2.HPAScalingRules:selectPolicy": enum("Max Min Disabled", empty=False),
    "autoscaling.v2.HPAScalingRules:stabilizationWindowSeconds": between(0, 3600),
    "autoscaling.v2.HPAScalingPolicy:type": enum("Pods Percent", empty=False),
    "autoscaling.v2.HPAScalingPolicy:value": between(1),
    "autoscaling.v2.HPAScalingPolicy:periodSeconds": between(1, 1800),
    "autoscaling.v1.HorizontalPodAutoscalerSpec": _HPA_SPEC,
    "autoscaling.v1.HorizontalPodAutoscalerSpec:maxReplicas": between(1),
    "autoscaling.v1.HorizontalPodAutoscalerSpec:minReplicas": between(0),
    "autoscaling.v1.HorizontalPodAutoscalerSpec:targetCPUUtilizationPercentage": between(1),
    "policy.v1.PodDisruptionBudgetSpec": rules(at_most_one("minAvailable", "maxUnavailable")),
    "policy.v1.PodDisruptionBudgetSpec:minAvailable": COUNT_OR_PERCENT,
    "policy.v1.PodDisruptionBudgetSpec:maxUnavailable": COUNT_OR_PERCENT,
    "policy.v1.PodDisruptionBudgetSpec:unhealthyPodEvictionPolicy": enum("IfHealthyBudget AlwaysAllow", empty=False),
    # Configuration, storage, rights
    "core.v1.ConfigMap:data": {"propertyNames": {"pattern": CONFIG_KEY, "maxLength": 253}},
    "core.v1.ConfigMap:binaryData": {"propertyNames": {"pattern": CONFIG_KEY, "maxLength": 253}},
    "core.v1.Secret:data": {"propertyNames": {"pattern": CONFIG_KEY, "maxLength": 253}},
    "core.v1.Secret:stringData": {"propertyNames": {"pattern": CONFIG_KEY, "maxLength": 253}},
    "core.v1.PersistentVolumeClaimSpec:accessModes": {"minItems": 1},
    "core.v1.PersistentVolumeClaimSpec:accessModes[]": enum(
        "ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod", empty=False
    ),
    "core.v1.PersistentVolumeClaimSpec:volumeMode": enum("Filesystem Block", empty=False),
    "rbac.v1.RoleRef:kind": enum("Role ClusterRole", empty=False),
    "rbac.v1.RoleRef:name": {"minLength": 1},
    "rbac.v1.Subject:kind": enum("User Group ServiceAccount", empty=False),
    "rbac.v1.PolicyRule:verbs": {"minItems": 1},
}
