"""Reading pod templates: their containers and what lies in them.

Whether two pod templates are one to the Rollouts controller: it fills in defaults and compares by meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rolloutgen.kube.quantities import quantity
from rolloutgen.kube.references import references_of
from rolloutgen.kube.release import CONFIG_MAP, SECRET, Kind, Pod, ReleaseView
from rolloutgen.kube.selectors import picks
from rolloutgen.kube.tree import as_map, dig, rows, text
from rolloutgen.model import Json, Manifest, Path

_LISTS = ("initContainers", "containers")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


class Container(NamedTuple):
    """One container of a pod template, with its path in the object."""

    pod: Pod
    at: Path
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a message names it."""
        name = text(self.body, "name")
        return f"container {name!r}" if name else f"container {self.at[-1]}"


def containers_of(pod: Pod) -> Iterator[Container]:
    """The init containers and the containers of a pod template."""
    for field in _LISTS:
        for index, body in rows(pod.body, "spec", field):
            yield Container(pod, (*pod.at, "spec", field, index), body)


def containers(view: ReleaseView) -> Iterator[Container]:
    """Every container of the release."""
    for pod in view.pods:
        yield from containers_of(pod)


class ConfigUse(NamedTuple):
    """Where a pod template uses a ConfigMap or Secret. `mounted` files follow the object while the pod runs; what is
    not mounted (environment, subPath) stays as it was when the container started."""

    kind: Kind
    name: str
    at: Path
    mounted: bool


_HOLDERS = ("volumes", "env", "envFrom")


def config_uses(pod: Pod) -> Iterator[ConfigUse]:
    """Every use of a ConfigMap or Secret that a pod template names."""
    fixed = {
        text(mount, "name") for c in containers_of(pod) for _, mount in rows(c.body, "volumeMounts") if _is_fixed(mount)
    }
    for found in references_of(pod.manifest, CONFIG_MAP, SECRET, below=(*pod.at, "spec")):
        if found.role != "config":
            continue
        # The item of the list that holds the reference: a volume, a variable, a source of variables.
        at = next((found.at[: n + 2] for n, key in enumerate(found.at) if key in _HOLDERS), found.at)
        volume = text(dig(pod.manifest.body, *at), "name") if at[-2] == "volumes" else ""
        yield ConfigUse(found.kind, found.name, at, bool(volume) and volume not in fixed)


def _is_fixed(mount: Mapping[str, Any]) -> bool:
    return bool(text(mount, "subPath") or text(mount, "subPathExpr"))


_POD = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "terminationGracePeriodSeconds": 30,
    "schedulerName": "default-scheduler",
}
_CONTAINER = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_AMOUNTS = ("limits", "requests")
# A label that a custom resource is given as null is read as "" there.
_STRINGS = ("labels", "annotations", "nodeSelector", "matchLabels")


def same(before: Json, after: Json) -> bool:
    """Whether a change from one pod template to the other makes no new ReplicaSet."""
    return bool(canonical(before) == canonical(after))


def canonical(template: Json) -> Json:
    """The template with the defaults that Kubernetes fills in, without what is empty, amounts as numbers; True and 1
    are told apart. The order of lists stays: another order is another template."""
    body = as_map(template)
    spec = dict(as_map(body.get("spec")))
    spec.pop("serviceAccount", None)
    for field in ("containers", "initContainers", "ephemeralContainers"):
        if isinstance(spec.get(field), list):
            spec[field] = [_container(as_map(item)) for item in spec[field]]
    if isinstance(spec.get("volumes"), list):
        spec["volumes"] = [_volume(as_map(item)) for item in spec["volumes"]]
    return _typed({**body, "spec": {**_POD, **_set(spec)}}, "")


def _container(body: Mapping[str, Any]) -> Mapping[str, Any]:
    out = {**_CONTAINER, **_set(body)}
    image = str(out.get("image") or "")
    name = image.partition("@")[0].rpartition("/")[2]
    newest = "@" not in image and (":" not in name or name.endswith(":latest"))
    out.setdefault("imagePullPolicy", "Always" if newest else "IfNotPresent")
    for field in _PROBES:
        if isinstance(out.get(field), Mapping):
            out[field] = _probe(as_map(out[field]))
    if isinstance(out.get("ports"), list):
        out["ports"] = [{"protocol": "TCP", **_set(as_map(port))} for port in out["ports"]]
    if isinstance(out.get("env"), list):
        out["env"] = [_variable(as_map(entry)) for entry in out["env"]]
    return out


def _probe(body: Mapping[str, Any]) -> Mapping[str, Any]:
    out = {**_PROBE, **_set(body)}
    if isinstance(out.get("httpGet"), Mapping):
        out["httpGet"] = {"scheme": "HTTP", "path": "/", **_set(out["httpGet"])}
    return out


def _variable(body: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = as_map(as_map(body.get("valueFrom")).get("fieldRef"))
    if not reference:
        return {key: item for key, item in body.items() if not (key == "value" and item == "")}
    return {**body, "valueFrom": {"fieldRef": {"apiVersion": "v1", **_set(reference)}}}


def _volume(body: Mapping[str, Any]) -> Mapping[str, Any]:
    out = dict(body)
    for field in ("configMap", "secret", "downwardAPI", "projected"):
        if isinstance(out.get(field), Mapping):
            out[field] = {"defaultMode": 0o644, **_set(out[field])}
    if isinstance(out.get("hostPath"), Mapping) and not out["hostPath"].get("type"):
        out["hostPath"] = {"path": out["hostPath"].get("path")}
    return out


def _set(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is really given: null is absent."""
    return {key: item for key, item in body.items() if item is not None}


def _typed(value: Json, key: str) -> Json:
    """Comparable: empty and absent are one, a whole float is the integer, amounts are numbers, booleans are no ints."""
    if isinstance(value, Mapping):
        if key in _AMOUNTS:
            return {name: _amount(item) for name, item in value.items() if item is not None}
        if key in _STRINGS:
            return {name: "" if item is None else str(item) for name, item in value.items()}
        made = {str(name): _typed(item, str(name)) for name, item in value.items()}
        return {name: item for name, item in made.items() if item is not None and item != {} and item != []}
    if isinstance(value, list):
        return [_typed(item, "") for item in value]
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if key == "sizeLimit":
        return _amount(value)
    return value


def _amount(value: Json) -> Json:
    found = quantity(value)
    return value if found is None else found


# Pods of these end by themselves: the hash that the controller adds to a selector cuts no traffic off.
_RUN_ONCE = ("Job", "CronJob")


def pod_labels(manifest: Manifest) -> Mapping[str, Any] | None:
    """The labels of the pods that an object makes and keeps running; None for objects without pods."""
    if manifest.ref.kind in _RUN_ONCE:
        return None
    if manifest.ref.kind == "Pod" and not manifest.ref.group:
        # A test or hook is a Pod that ends.
        annotations = as_map(dig(manifest.body, "metadata", "annotations"))
        return None if "helm.sh/hook" in annotations else as_map(dig(manifest.body, "metadata", "labels"))
    template = dig(manifest.body, "spec", "template")
    if manifest.ref.kind != "Deployment" and not isinstance(dig(template, "spec", "containers"), list):
        return None
    return as_map(dig(template, "metadata", "labels"))


def serves(service: Manifest, workload: Manifest, namespace: str) -> bool:
    """Whether a Service's selector picks the pods that `workload` makes and keeps running, in one namespace.
    `namespace` is the release's."""
    labels = pod_labels(workload)
    if labels is None or service.ref.home(namespace) != workload.ref.home(namespace):
        return False
    return picks(as_map(dig(service.body, "spec", "selector")), labels)


CONTENT = ("binaryData", "data", "stringData")


def is_config(manifest: Manifest) -> bool:
    """Whether an object is a ConfigMap or a Secret."""
    return (manifest.ref.group, manifest.ref.kind) in (CONFIG_MAP, SECRET)
