"""What the API server checks in volumes, claims and limits beyond the types; see `overlay`."""

from __future__ import annotations

from rolloutgen.schema.formats import ANNOTATION_KEY, DNS_SUBDOMAIN, NOT_NEGATIVE
from schemas.overlay_terms import LONGEST_KEY, Extra, between, enum, one_of, rules

_MODES = enum("ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod", empty=False)
_CLASS = {"pattern": rf"^$|{DNS_SUBDOMAIN}"}
_SOURCES = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"),
    *("gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume"),
    *("quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
)


def _ordered(low: str, high: str) -> tuple[str, str]:
    rule = (
        f"!has(self.{low}) || !has(self.{high}) || self.{low}.all(k, !(k in self.{high}) || "
        f"quantity(self.{low}[k]) <= quantity(self.{high}[k]))"
    )
    return (rule, f"{low} is above {high}")


STORAGE: dict[str, Extra] = {
    "core.v1.PersistentVolumeClaimSpec": {"required": ["accessModes", "resources"]}
    | rules(
        (
            "!has(self.resources) || !has(self.resources.requests) || !('storage' in self.resources.requests) || "
            "quantity(self.resources.requests['storage']) > 0",
            "the requested storage must be greater than 0",
        )
    ),
    "core.v1.PersistentVolumeClaimSpec:resources": {
        "required": ["requests"],
        "properties": {"requests": {"required": ["storage"]}},
    },
    "core.v1.PersistentVolumeClaimSpec:accessModes": {"minItems": 1},
    "core.v1.PersistentVolumeClaimSpec:accessModes[]": _MODES,
    "core.v1.PersistentVolumeClaimSpec:volumeMode": enum("Filesystem Block", empty=False),
    "core.v1.PersistentVolumeClaimSpec:storageClassName": _CLASS,
    "core.v1.PersistentVolumeSpec": {"required": ["accessModes", "capacity"]}
    | rules(
        one_of(*_SOURCES),
        (
            "!has(self.capacity) || !('storage' in self.capacity) || quantity(self.capacity['storage']) > 0",
            "the capacity must be greater than 0",
        ),
        ("!has(self.local) || has(self.nodeAffinity)", "a local volume needs nodeAffinity"),
    ),
    "core.v1.PersistentVolumeSpec:capacity": {
        "required": ["storage"],
        "maxProperties": 1,
    },
    "core.v1.PersistentVolumeSpec:accessModes": {"minItems": 1},
    "core.v1.PersistentVolumeSpec:accessModes[]": _MODES,
    "core.v1.PersistentVolumeSpec:volumeMode": enum("Filesystem Block", empty=False),
    "core.v1.PersistentVolumeSpec:persistentVolumeReclaimPolicy": enum("Delete Recycle Retain"),
    "core.v1.PersistentVolumeSpec:storageClassName": _CLASS,
    "storage.v1.StorageClass:provisioner": {"minLength": 1, "maxLength": LONGEST_KEY, "pattern": ANNOTATION_KEY},
    "storage.v1.StorageClass:reclaimPolicy": enum("Delete Retain"),
    "storage.v1.StorageClass:volumeBindingMode": enum("Immediate WaitForFirstConsumer", empty=False),
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy:whenDeleted": enum("Retain Delete", empty=False),
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy:whenScaled": enum("Retain Delete", empty=False),
    "apps.v1.StatefulSetOrdinals:start": between(0),
    "core.v1.LimitRangeItem:type": {"pattern": r"^(Pod|Container|PersistentVolumeClaim|.+/.+)$"},
    "core.v1.LimitRangeItem": rules(
        _ordered("min", "max"),
        _ordered("min", "defaultRequest"),
        _ordered("min", "default"),
        _ordered("defaultRequest", "max"),
        _ordered("default", "max"),
        _ordered("defaultRequest", "default"),
        (
            "self.type != 'Pod' || (!has(self.default) && !has(self.defaultRequest))",
            "default and defaultRequest have no place in type Pod",
        ),
    ),
    "core.v1.ResourceQuotaSpec:hard{}": {"minimum": 0, "pattern": NOT_NEGATIVE},
    "core.v1.ResourceQuotaSpec:scopes[]": enum(
        "Terminating NotTerminating BestEffort NotBestEffort PriorityClass CrossNamespacePodAffinity "
        "VolumeAttributesClass",
        empty=False,
    ),
    "scheduling.v1.PriorityClass:value": {"maximum": 1_000_000_000},
    "scheduling.v1.PriorityClass:preemptionPolicy": enum("PreemptLowerPriority Never", empty=False),
}
