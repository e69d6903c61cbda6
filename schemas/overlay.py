"""What the API server checks on its own kinds beyond the types: enums, ranges, names, quantities, what excludes what.

Written by hand. A key is a definition ("apps.v1.DeploymentSpec"), a field of one ("core.v1.Container:name"), a field's
items ("...:args[]") or its map values ("...:limits{}"); the value is merged there. An empty string counts as unset in
most of these fields, so the enums hold it. Rules are CEL expressions, as in a CustomResourceDefinition.
"""

from __future__ import annotations

from rolloutgen.schema.formats import (
    ANNOTATION_KEY,
    DNS_1035,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    LABEL_VALUE,
    PATH_SEGMENT,
    QUALIFIED_NAME,
)
from schemas.overlay_jobs import jobs
from schemas.overlay_pods import PODS
from schemas.overlay_rights import RIGHTS
from schemas.overlay_scheduling import LISTED, UNLISTED
from schemas.overlay_storage import STORAGE
from schemas.overlay_terms import COUNT_OR_PERCENT, LABELS, LONGEST_KEY, Extra, at_most_one, between, enum, rules
from schemas.overlay_traffic import TRAFFIC
from schemas.overlay_webhooks import WEBHOOKS

_FREE_NAMES = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "PodDisruptionBudget")
# Kinds that the server takes for empty without a spec, and refuses for that.
_NEED_SPEC = (
    *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "HorizontalPodAutoscaler"),
    *("Ingress", "Service", "PersistentVolumeClaim"),
)


def top_level(gvk: str) -> Extra:
    """What holds for an object of a kind ("apps/v1/Deployment") beside its definition: the fields that name it."""
    kind = gvk.rpartition("/")[2]
    name: Extra = {"type": "string", "maxLength": 253, "pattern": DNS_SUBDOMAIN}
    if gvk == "v1/Service":
        name |= {"maxLength": 63, "pattern": DNS_1035}
    elif gvk == "v1/Namespace" or kind == "StatefulSet":
        name |= {"maxLength": 63, "pattern": DNS_LABEL}
    elif kind in ("CronJob", "Job"):  # a Job's name becomes the value of a label
        name |= {"maxLength": 52 if kind == "CronJob" else 63}
    elif kind in _FREE_NAMES or gvk.startswith(("events", "resource")):
        name = {"type": "string", "pattern": PATH_SEGMENT}
    metadata = {"properties": {"name": name}, "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}]}
    spec = ["spec"] if kind in _NEED_SPEC else []
    return {"required": ["apiVersion", "kind", "metadata", *spec], "properties": {"metadata": metadata}}


_SELECTS_ITS_PODS = (
    "!has(self.selector) || !has(self.selector.matchLabels) || self.selector.matchLabels.all(k, "
    "has(self.template.metadata) && has(self.template.metadata.labels) && k in self.template.metadata.labels && "
    "self.template.metadata.labels[k] == self.selector.matchLabels[k])",
    "spec.selector.matchLabels must be among the labels of the pod template",
    "template-label-mismatch",
)
_RESTARTS = (
    "!has(self.template.spec) || !has(self.template.spec.restartPolicy) || "
    "self.template.spec.restartPolicy in ['', 'Always']",
    "restartPolicy of these pods must be Always",
    "restart-policy",
)
_SELECTS_SOMETHING = (
    "!has(self.selector) || (has(self.selector.matchLabels) && size(self.selector.matchLabels) > 0) || "
    "(has(self.selector.matchExpressions) && size(self.selector.matchExpressions) > 0)",
    "spec.selector must not be empty",
)
_PODS = (_SELECTS_SOMETHING, _SELECTS_ITS_PODS, _RESTARTS)
_HAS_PODS: Extra = {"required": ["spec"]}


def _known_volumes(claims: str = "") -> tuple[str, str, str]:
    there = "(has(self.template.spec.volumes) && self.template.spec.volumes.exists(v, v.name == m.name))" + claims
    each = (
        f"all(c, (!has(c.volumeMounts) || c.volumeMounts.all(m, {there})) && "
        f"(!has(c.volumeDevices) || c.volumeDevices.all(m, {there})))"
    )
    rule = (
        f"!has(self.template.spec) || (self.template.spec.containers.{each} && "
        f"(!has(self.template.spec.initContainers) || self.template.spec.initContainers.{each}))"
    )
    return (rule, "a container mounts a volume that the pod template does not have", "mount-without-volume")


_KNOWN_VOLUMES = _known_volumes()
_KNOWN_VOLUMES_OR_CLAIMS = _known_volumes(
    " || (has(self.volumeClaimTemplates) && self.volumeClaimTemplates.exists(v, v.metadata.name == m.name))"
)
_ENDS = (
    "has(self.template.spec) && has(self.template.spec.restartPolicy) && "
    "self.template.spec.restartPolicy in ['OnFailure', 'Never']",
    "restartPolicy of a Job's pods must be OnFailure or Never",
)
_WITH_GROUP = (
    "self.kind == 'ReplicationController' || (has(self.apiVersion) && self.apiVersion.contains('/'))",
    "apiVersion must name the API group, as in apps/v1",
)
_HPA_SPEC: Extra = rules(
    ("!has(self.minReplicas) || self.minReplicas <= self.maxReplicas", "minReplicas is above maxReplicas")
)
OVERLAY: dict[str, Extra] = {
    **PODS,
    **RIGHTS,
    **STORAGE,
    **TRAFFIC,
    **WEBHOOKS,
    # Every object
    "apis.meta.v1.ObjectMeta:labels": LABELS,
    "apis.meta.v1.ObjectMeta:annotations": {"propertyNames": {"maxLength": LONGEST_KEY, "pattern": ANNOTATION_KEY}},
    "apis.meta.v1.ObjectMeta:finalizers[]": {"maxLength": LONGEST_KEY, "pattern": QUALIFIED_NAME},
    "apis.meta.v1.ObjectMeta:namespace": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "apis.meta.v1.LabelSelector:matchLabels": LABELS,
    "apis.meta.v1.LabelSelectorRequirement:operator": enum("In NotIn Exists DoesNotExist", empty=False),
    "apis.meta.v1.LabelSelectorRequirement:key": {"pattern": QUALIFIED_NAME},
    "apis.meta.v1.LabelSelectorRequirement:values[]": {"maxLength": 63, "pattern": LABEL_VALUE},
    "apis.meta.v1.LabelSelectorRequirement": rules(LISTED, UNLISTED),
    # Workloads
    "apps.v1.DeploymentSpec": rules(
        *_PODS,
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
    "apps.v1.ReplicaSetSpec": rules(*_PODS),
    "apps.v1.DaemonSetSpec": rules(*_PODS, _KNOWN_VOLUMES),
    "apps.v1.DaemonSetUpdateStrategy:type": enum("RollingUpdate OnDelete"),
    "apps.v1.StatefulSetSpec": rules(*_PODS, _KNOWN_VOLUMES_OR_CLAIMS),
    **{f"apps.v1.{kind}Spec:template": _HAS_PODS for kind in ("Deployment", "StatefulSet", "DaemonSet")},
    "apps.v1.StatefulSetSpec:serviceName": {"maxLength": 63, "pattern": rf"^$|{DNS_LABEL}"},
    "apps.v1.StatefulSetSpec:volumeClaimTemplates[]": {
        "required": ["metadata", "spec"],
        "properties": {"metadata": {"required": ["name"]}},
    },
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
    **jobs(_ENDS, _KNOWN_VOLUMES),
    # Autoscaling and disruption
    "autoscaling.v2.HorizontalPodAutoscalerSpec": _HPA_SPEC,
    "autoscaling.v2.HorizontalPodAutoscalerSpec:maxReplicas": between(1),
    "autoscaling.v2.HorizontalPodAutoscalerSpec:minReplicas": between(0),
    **{
        f"autoscaling.{version}.CrossVersionObjectReference:{field}": {"minLength": 1, "pattern": PATH_SEGMENT}
        for version in ("v1", "v2")
        for field in ("name", "kind")
    },
    # The specification of before 1.36 asks for a list that the server takes as absent.
    "discovery.v1.EndpointSlice": {"required": ["addressType"], "x-required": {}},
    "discovery.v1.EndpointSlice:addressType": enum("IPv4 IPv6 FQDN", empty=False),
    "discovery.v1.EndpointPort:protocol": enum("TCP UDP SCTP", empty=False),
    "autoscaling.v2.HorizontalPodAutoscalerSpec:scaleTargetRef": rules(_WITH_GROUP),
    "autoscaling.v1.HorizontalPodAutoscalerSpec:scaleTargetRef": rules(_WITH_GROUP),
    "autoscaling.v2.MetricSpec": rules(
        *(
            (f"self.type != '{kind}' || has(self.{field})", f"type {kind} needs {field}")
            for kind, field in (
                ("Resource", "resource"),
                ("ContainerResource", "containerResource"),
                ("Pods", "pods"),
                ("Object", "object"),
                ("External", "external"),
            )
        ),
        at_most_one("resource", "containerResource", "pods", "object", "external"),
    ),
    "autoscaling.v2.ResourceMetricSource:name": {"minLength": 1},
    "autoscaling.v2.ContainerResourceMetricSource:name": {"minLength": 1},
    "autoscaling.v2.ContainerResourceMetricSource:container": {"maxLength": 63, "pattern": DNS_LABEL},
    "autoscaling.v2.MetricTarget": rules(
        (
            "has(self.averageUtilization) || has(self.averageValue) || has(self.value)",
            "a target needs averageUtilization, averageValue or value",
        ),
        *(
            (f"!has(self.{field}) || quantity(self.{field}) > 0", f"{field} must be greater than 0")
            for field in ("averageValue", "value")
        ),
    ),
    "autoscaling.v2.HPAScalingRules:policies": {"minItems": 1},
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
}
