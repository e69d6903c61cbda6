"""Whether two pod templates are one to the Rollouts controller: it fills in defaults and compares by meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Json
from .syntax import quantity
from .tree import as_map

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
