"""Completes the examples of rules: what they leave out is right, and what they name `web...` exists."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from rolloutgen import goyaml
from rolloutgen.chart.manifests import keys_written_twice, parse_rendered
from rolloutgen.kube.release import ReleaseView
from rolloutgen.lint.rule import Example
from rolloutgen.model import Manifest, Release
from rolloutgen.schema import check

NAMESPACE = "shop"
_API = {
    "Rollout": "argoproj.io/v1alpha1",
    "AnalysisTemplate": "argoproj.io/v1alpha1",
    "ClusterAnalysisTemplate": "argoproj.io/v1alpha1",
    "Service": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "Ingress": "networking.k8s.io/v1",
    "VirtualService": "networking.istio.io/v1",
    "DestinationRule": "networking.istio.io/v1",
    "Gateway": "networking.istio.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "Certificate": "cert-manager.io/v1",
    "DNSEndpoint": "externaldns.k8s.io/v1alpha1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "ScaledObject": "keda.sh/v1alpha1",
    "VerticalPodAutoscaler": "autoscaling.k8s.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "Mapping": "getambassador.io/v2",
    "VirtualRouter": "appmesh.k8s.aws/v1beta2",
}
_POD = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"name": "http", "containerPort": 8080}]}]},
}
_WORKLOAD = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": _POD}
_SERVICE = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
_METRIC = {
    "name": "up",
    "successCondition": "len(result) > 0 && result[0] == 1",
    "provider": {"prometheus": {"address": "http://prometheus", "query": "up"}},
}


def as_example(example: str | Example) -> Example:
    """An example given as text alone, as an Example."""
    return Example(example) if isinstance(example, str) else example


def bodies(example: str | Example) -> list[dict[str, Any]]:
    """The whole objects of an example: its own, completed, and those that they name."""
    own = [_complete(body) for body in yaml.safe_load_all(as_example(example).text) if body]
    return [*own, *_scenery(own)]


def view(example: str | Example, *, schemas: bool = False) -> ReleaseView:
    """What a rule sees of an example; with `schemas` their verdicts too."""
    example = as_example(example)
    manifests = _with_twice(objects(bodies(example)), example.text)
    return ReleaseView(
        manifests,
        verdicts=check(manifests) if schemas else (),
        release=Release(name="demo", namespace=NAMESPACE),
        deployer=example.deployer,
        files=dict(example.files),
        sources=dict(example.sources),
    )


def _with_twice(manifests: tuple[Manifest, ...], text: str) -> tuple[Manifest, ...]:
    """The objects with the keys that the example's own text has twice, which completing it has lost."""
    own = [document for document in goyaml.load_documents(text) if document.body]
    twice = [keys_written_twice(document.duplicates, -1) for document in own]
    return (*(m._replace(twice=keys) for m, keys in zip(manifests, twice, strict=False)), *manifests[len(twice) :])


def objects(documents: list[dict[str, Any]]) -> tuple[Manifest, ...]:
    """Objects as a render would yield them, all from one template."""
    return parse_rendered({"templates/all.yaml": dump(documents)})


def dump(documents: list[dict[str, Any]]) -> str:
    """The objects as one stream, aliases written out."""
    return yaml.safe_dump_all(copy.deepcopy(documents), sort_keys=False)


def _complete(body: dict[str, Any]) -> dict[str, Any]:
    kind = body["kind"]
    version = body.get("apiVersion") or _API[kind]
    base: dict[str, Any] = {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}}
    if kind in ("Rollout", "Deployment"):
        base["spec"] = copy.deepcopy(_WORKLOAD)
        if kind == "Rollout" and "strategy" not in (body.get("spec") or {}):
            base["spec"]["strategy"] = {"canary": {}}
    if kind == "Service":
        base["spec"] = copy.deepcopy(_SERVICE)
    return _merge(base, body)


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if value is None and key in base:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _scenery(own: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    there = {(body["kind"], body["metadata"]["name"]) for body in own}
    named = {text for body in own for text in _strings(body.get("spec"))}
    rollouts = [body for body in own if body["kind"] == "Rollout"]
    for body in rollouts:
        strategy = body["spec"].get("strategy") or {}
        canary = strategy.get("canary") or {}
        wanted: list[tuple[str, str]] = []
        for part in (canary, strategy.get("blueGreen") or {}, canary.get("pingPong") or {}):
            wanted += [("Service", part[key]) for key in sorted(part) if key.endswith("Service")]
        routing = canary.get("trafficRouting") or {}
        root = (routing.get("alb") or {}).get("rootService")
        wanted += [("Service", root)] if root else []
        backend = root or canary.get("stableService")
        if "nginx" in routing or "alb" in routing:
            wanted.append(("Ingress", "web"))
        if "istio" in routing:
            wanted.append(("VirtualService", "web"))
        if "workloadRef" in body["spec"]:
            wanted.append(("Deployment", "web"))
        wanted.append(("AnalysisTemplate", "web"))
        for kind, name in wanted:
            if name.startswith("web") and name in named and (kind, name) not in there:
                there.add((kind, name))
                yield _object(kind, name, backend, canary)


def _object(kind: str, name: str, backend: str, canary: Mapping[str, Any]) -> dict[str, Any]:
    body = _complete({"kind": kind, "metadata": {"name": name}})
    if kind == "Ingress":
        path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": backend, "port": {"number": 80}}}}
        body["spec"] = {"rules": [{"http": {"paths": [path]}}]}
    if kind == "VirtualService":
        hosts = ((canary.get("stableService"), 100), (canary.get("canaryService"), 0))
        route = [{"destination": {"host": host}, "weight": weight} for host, weight in hosts]
        http = [{"name": "primary", "route": route}]
        body["spec"] = {"hosts": ["web.example.com"], "gateways": ["edge/web"], "http": http}
    if kind == "AnalysisTemplate":
        body["spec"] = {"metrics": [copy.deepcopy(_METRIC)], "args": []}
    return body


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from _strings(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
    elif isinstance(value, str):
        yield value
