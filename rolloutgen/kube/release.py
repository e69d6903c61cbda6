"""All objects of one render with fast lookups, and the facts that rules may ask for. Built once per render."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from typing import Any, Literal, NamedTuple

from rolloutgen.kube.selectors import picks
from rolloutgen.kube.tree import dig, mapping
from rolloutgen.model import Manifest, Path, Release, Rendered, SchemaError, SchemaVerdict

Deployer = Literal["", "helm3", "helm4", "helmfile", "argocd", "flux"]
Kind = tuple[str, str]  # API group and kind

ROLLOUT: Kind = ("argoproj.io", "Rollout")
ANALYSIS_TEMPLATE: Kind = ("argoproj.io", "AnalysisTemplate")
CLUSTER_ANALYSIS_TEMPLATE: Kind = ("argoproj.io", "ClusterAnalysisTemplate")
SERVICE: Kind = ("", "Service")
CONFIG_MAP: Kind = ("", "ConfigMap")
SECRET: Kind = ("", "Secret")
DEPLOYMENT: Kind = ("apps", "Deployment")
INGRESS: Kind = ("networking.k8s.io", "Ingress")
INGRESSES: tuple[Kind, ...] = (INGRESS, ("extensions", "Ingress"))
HTTP_ROUTE: Kind = ("gateway.networking.k8s.io", "HTTPRoute")
VIRTUAL_SERVICE: Kind = ("networking.istio.io", "VirtualService")
DESTINATION_RULE: Kind = ("networking.istio.io", "DestinationRule")
ISTIO_GATEWAY: Kind = ("networking.istio.io", "Gateway")
CERTIFICATE: Kind = ("cert-manager.io", "Certificate")
DNS_ENDPOINT: Kind = ("externaldns.k8s.io", "DNSEndpoint")
HPA: Kind = ("autoscaling", "HorizontalPodAutoscaler")
SCALED_OBJECT: Kind = ("keda.sh", "ScaledObject")
VPA: Kind = ("autoscaling.k8s.io", "VerticalPodAutoscaler")
SERVICE_MONITOR: Kind = ("monitoring.coreos.com", "ServiceMonitor")
PROMETHEUS_RULE: Kind = ("monitoring.coreos.com", "PrometheusRule")

_TEMPLATES: Mapping[Kind, Path] = {
    **{
        (group, kind): ("spec", "template")
        for group in ("apps", "extensions")
        for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
    },
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("", "Pod"): (),
    ROLLOUT: ("spec", "template"),
}

POD_KINDS = tuple(dict.fromkeys(kind for _, kind in _TEMPLATES))  # what has a pod template, or is a Pod

_RELEASE = Release()


class Pod(NamedTuple):
    """A pod template (or a Pod) and where it lies in its object."""

    manifest: Manifest
    at: Path

    @property
    def body(self) -> Mapping[str, Any]:
        """`metadata` and `spec` of the pods."""
        return mapping(self.manifest.body, *self.at)

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels that the pods carry."""
        return mapping(self.body, "metadata", "labels")


class _Facts(NamedTuple):
    """The fields of ReleaseView: a named tuple itself has no cached properties."""

    objects: tuple[Manifest, ...]
    release: Release = _RELEASE
    deployer: Deployer = ""
    value_set: str = ""
    files: Mapping[str, str] = {}
    sources: Mapping[str, str] = {}
    chart_version: str = ""
    verdicts: tuple[SchemaVerdict, ...] = ()
    gateways: frozenset[str] = frozenset()


class ReleaseView(_Facts):
    """One render as the rules see it.

    `value_set` names the render. `files` are the rendered texts by template (NOTES.txt included), `sources` the
    template files as written; both may be empty when only manifests are known. `chart_version` is "" when unknown.
    `verdicts` are those of the schemas, one an object; () when nobody asked them. `gateways` are namespaces in which,
    as the house says, ingress gateways run.
    """

    @cached_property
    def _by_kind(self) -> Mapping[Kind, tuple[Manifest, ...]]:
        groups: dict[Kind, list[Manifest]] = defaultdict(list)
        for manifest in self.objects:
            groups[(manifest.ref.group, manifest.ref.kind)].append(manifest)
        return {kind: tuple(manifests) for kind, manifests in groups.items()}

    @cached_property
    def _by_name(self) -> Mapping[tuple[Kind, str, str], Manifest]:
        return {
            ((m.ref.group, m.ref.kind), self.namespace(m), m.ref.name): m for m in reversed(self.objects) if m.ref.name
        }

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """Every pod template of the release; that of a Rollout with workloadRef is the workload's, not its own."""
        return tuple(
            Pod(m, _TEMPLATES[(m.ref.group, m.ref.kind)])
            for m in self.objects
            if (m.ref.group, m.ref.kind) in _TEMPLATES and dig(m.body, "spec", "workloadRef") is None
        )

    def nameless(self, text: str) -> str:
        """`text` without the names of the release: equal in renders of one chart under several names."""
        name, namespace = self.release.name, self.release.namespace
        if not (name and namespace):
            return text
        # Charts cut long names, so a token that starts like the release's name counts as named after it.
        return re.sub(rf"(?<![\w-])(?:{re.escape(name[:20])}[\w.-]*|{re.escape(namespace)}(?![\w-]))", "@", text)

    @property
    def kinds(self) -> Set[str]:
        """The names of the kinds that the release has."""
        return {kind for _, kind in self._by_kind}

    @property
    def rollouts(self) -> tuple[Manifest, ...]:
        """The Rollouts of the release."""
        return self.all(ROLLOUT)

    def schema_errors(self, *rules: str) -> Iterator[tuple[Manifest, SchemaError]]:
        """What the schemas say of these kinds of fault; of all kinds when none is given."""
        for manifest, verdict in zip(self.objects, self.verdicts, strict=False):
            for error in verdict.errors:
                if not rules or error.code in rules:
                    yield manifest, error

    def namespace(self, manifest: Manifest) -> str:
        """The namespace in which an object ends up."""
        return manifest.ref.home(self.release.namespace)

    def all(self, *kinds: Kind) -> tuple[Manifest, ...]:
        """The objects of these kinds, in the order of the kinds."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], ())
        return tuple(manifest for kind in kinds for manifest in self._by_kind.get(kind, ()))

    def find(self, kind: Kind, namespace: str, name: str) -> Manifest | None:
        """The object of that kind, namespace and name; None when the release does not render it."""
        return self._by_name.get((kind, namespace, name))

    def beside(self, manifest: Manifest, kind: Kind, name: str) -> Manifest | None:
        """The object of that kind and name in the namespace of `manifest`."""
        return self.find(kind, self.namespace(manifest), name)

    def pod_of(self, rollout: Manifest) -> Pod | None:
        """The pod template that a Rollout runs: its own, or that of its workloadRef; None when that is elsewhere."""
        reference = mapping(rollout.body, "spec", "workloadRef")
        if not reference:
            return Pod(rollout, ("spec", "template"))
        group = str(reference.get("apiVersion", "")).rpartition("/")[0]
        kind = (group, str(reference.get("kind")))
        target = self.beside(rollout, kind, str(reference.get("name")))
        return Pod(target, _TEMPLATES[kind]) if target and kind in _TEMPLATES else None

    def selected(self, selector: Mapping[str, Any], namespace: str) -> Iterator[Pod]:
        """The pod templates of `namespace` whose labels an equality selector (a Service's) matches."""
        for pod in self.pods:
            if self.namespace(pod.manifest) == namespace and picks(selector, pod.labels):
                yield pod


def view_of(
    rendered: Rendered,
    *,
    deployer: Deployer = "",
    sources: Mapping[str, str] | None = None,
    chart_version: str = "",
    gateways: frozenset[str] = frozenset(),
) -> ReleaseView:
    """A render as the rules see it; `sources` are the chart's template files as written, by path."""
    return ReleaseView(
        rendered.objects,
        rendered.value_set.release,
        deployer,
        rendered.value_set.name,
        rendered.files,
        sources or {},
        chart_version,
        gateways=gateways,
    )
